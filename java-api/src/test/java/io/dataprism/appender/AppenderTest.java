package io.dataprism.appender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.TransactionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Appenders of records, of rows and of columns: what gets into the table, and what does not.
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AppenderTest {
  private final Engine engine = Engine.open();

  @AfterEach
  void nothingStaysOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
    assertThat(Dataprism.dp_memory_allocated()).isZero();
  }

  private long number(String sql) {
    try (QueryResult result = engine.query(sql)) {
      return result.iterator().next().int64(0).get(0);
    }
  }

  private long count(String table) {
    return number("SELECT count(*) FROM " + table);
  }

  private List<List<Object>> rows(String sql) {
    List<List<Object>> rows = new ArrayList<>();
    try (QueryResult result = engine.query(sql)) {
      result.forEach(batch -> {
        for (long row = 0; row < batch.rowCount(); row++) {
          List<Object> values = new ArrayList<>();
          for (int i = 0; i < batch.schema().fields().size(); i++) {
            values.add(batch.column(i).getObject(row));
          }
          rows.add(values);
        }
      });
    }
    return rows;
  }

  public record Trade(long id, double price, String symbol) {}

  public record Place(String city, List<String> streets) {}

  public enum Color {
    RED,
    GREEN
  }

  @SuppressWarnings("ArrayRecordComponent")
  public record Everything(
      int smallNumber,
      Long number,
      boolean truth,
      BigDecimal amount,
      LocalDate day,
      Instant moment,
      byte[] bytes,
      Color color,
      Place place,
      List<Integer> list,
      Map<String, Double> map,
      Optional<String> maybe) {}

  @Test
  void recordsGoToTheColumnsOfTheirNames() {
    engine.execute("CREATE TABLE trades (symbol VARCHAR, price DOUBLE, id BIGINT, note VARCHAR DEFAULT 'none')");
    try (RecordAppender<Trade> trades = engine.appender("trades").forRecords(Trade.class)) {
      trades.append(new Trade(1, 2.5, "AB"));
      trades.append(List.of(new Trade(2, 3.5, "CD"), new Trade(3, 4.5, null)));
      assertThat(trades.pendingRows()).isEqualTo(3);
      assertThat(count("trades")).isZero();
      assertThat(trades.flush()).isEqualTo(3);
      assertThat(trades.flush()).isZero();
      assertThat(trades.insertedRows()).isEqualTo(3);
      trades.append(new Trade(4, 5.5, "ünïcödé €𝄞"));
    }
    assertThat(rows("SELECT id, price, symbol, note FROM trades ORDER BY id"))
        .containsExactly(
            List.of(1L, 2.5, "AB", "none"),
            List.of(2L, 3.5, "CD", "none"),
            Arrays.asList(3L, 4.5, null, "none"),
            List.of(4L, 5.5, "ünïcödé €𝄞", "none"));
  }

  @Test
  void recordsMayHoldEveryKindOfValue() {
    engine.execute(
        """
        CREATE TABLE everything (small_number UBIGINT, "number" DECIMAL(18, 2), truth BOOLEAN, amount DECIMAL(10, 3), \
        "day" DATE, moment TIMESTAMPTZ, bytes BLOB, color ENUM ('GREEN', 'RED'), \
        place STRUCT(city VARCHAR, streets VARCHAR[]), list INTEGER[], "map" MAP(VARCHAR, DOUBLE), maybe VARCHAR)\
        """);
    Everything full =
        new Everything(
            7,
            8L,
            true,
            new BigDecimal("1.5"),
            LocalDate.of(2026, 11, 25),
            Instant.parse("2026-11-25T10:00:00Z"),
            new byte[] {1, 2},
            Color.RED,
            new Place("Bern", Arrays.asList("Gasse", null)),
            List.of(1, 2, 3),
            Map.of("a", 1.0),
            Optional.of("yes"));
    Everything empty = new Everything(0, null, false, null, null, null, null, null, null, null, null, Optional.empty());
    try (RecordAppender<Everything> rows = engine.appender("everything").forRecords(Everything.class)) {
      rows.append(full);
      rows.append(empty);
    }
    assertThat(
            rows(
                """
                SELECT small_number::BIGINT, "number"::VARCHAR, truth, amount::VARCHAR, "day"::VARCHAR, epoch_ms(moment), \
                hex(bytes), color::VARCHAR, place::VARCHAR, list::VARCHAR, "map"::VARCHAR, maybe FROM everything\
                """))
        .containsExactly(
            List.of(
                7L,
                "8.00",
                true,
                "1.500",
                "2026-11-25",
                Instant.parse("2026-11-25T10:00:00Z").toEpochMilli(),
                "0102",
                "RED",
                "{'city': Bern, 'streets': [Gasse, NULL]}",
                "[1, 2, 3]",
                "{a=1.0}",
                "yes"),
            Arrays.asList(0L, null, false, null, null, null, null, null, null, null, null, null));
  }

  public record Misnamed(long id, String symbl) {}

  public record Doubled(long orderId, long order_id) {}

  @Test
  void aComponentWithoutAColumnOfItsOwnIsRefused() {
    engine.execute("CREATE TABLE trades (id BIGINT, symbol VARCHAR)");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> engine.appender("trades").forRecords(Misnamed.class))
        .withMessageContaining("component 'symbl' of record Misnamed has no column")
        .withMessageContaining("did you mean 'symbol'? Rename the component");
    engine.execute("CREATE TABLE orders (\"ORDERID\" BIGINT)");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> engine.appender("orders").forRecords(Doubled.class))
        .withMessageContaining("both for column 'ORDERID'");
  }

  @Test
  void rowsHaveAValueForEachColumn() {
    engine.execute("CREATE TABLE t (a INTEGER, b VARCHAR, c INTEGER[])");
    try (RowAppender rows = engine.appender("t").forRows()) {
      rows.append(1, "x", List.of(1, 2));
      rows.append(2L, null, new int[] {3});
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> rows.append(3, "y"))
          .withMessageContaining("2 values for a row of 3 columns");
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> rows.append(3, "y", Arrays.asList(1, "two")))
          .withMessageContaining("row 2 of column 'c', at [1]");
      // What was refused has left nothing behind, not even in the columns before it.
      rows.append(4, "z", null);
    }
    assertThat(rows("SELECT a, b, c::VARCHAR FROM t"))
        .containsExactly(List.of(1, "x", "[1, 2]"), Arrays.asList(2, null, "[3]"), Arrays.asList(4, "z", null));
  }

  @Test
  void someColumnsMayBeChosen() {
    engine.execute("CREATE TABLE t (a INTEGER, b VARCHAR DEFAULT 'b', c INTEGER, d AS (a + c))");
    try (RowAppender rows = engine.appender("t").columns("c", "A").forRows()) {
      rows.append(30, 1);
    }
    assertThat(rows("SELECT a, b, c, d FROM t")).containsExactly(List.of(1, "b", 30, 31));
    assertThatExceptionOfType(BinderException.class).isThrownBy(() -> engine.appender("t").columns("z").forRows());
    assertThatExceptionOfType(CatalogException.class).isThrownBy(() -> engine.appender("none").forRows());
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> engine.appender("t").flushEvery(0));
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> engine.appender("t").flushAtBytes(-1));
  }

  @Test
  void arraysAreColumns() {
    engine.execute(
        "CREATE TABLE t (l BIGINT, i INTEGER, s SMALLINT, b TINYINT, d DOUBLE, f FLOAT, t BOOLEAN, day DATE, "
            + "stamp TIMESTAMP_MS, wide HUGEINT, name VARCHAR)");
    try (ColumnAppender columns = engine.appender("t").forColumns()) {
      for (int i = 0; i < 3; i++) {
        columns.append(
            ColumnData.of(new long[] {1, 2}),
            ColumnData.of(new int[] {3, 4}),
            ColumnData.of(new short[] {5, 6}),
            ColumnData.of(new byte[] {7, 8}),
            ColumnData.of(new double[] {1.5, 2.5}),
            ColumnData.of(new float[] {3.5f, 4.5f}),
            ColumnData.of(new boolean[] {true, false}),
            ColumnData.of(new int[] {0, 1}),
            ColumnData.of(new long[] {0, 1_500}),
            ColumnData.of(new long[] {-1, Long.MAX_VALUE}),
            ColumnData.of(new String[] {"a", null}));
      }
    }
    List<Object> first =
        List.of(1L, 3, (short) 5, (byte) 7, 1.5, 3.5f, true, "1970-01-01", "1970-01-01 00:00:00", "-1", "a");
    List<Object> second =
        Arrays.asList(
            2L,
            4,
            (short) 6,
            (byte) 8,
            2.5,
            4.5f,
            false,
            "1970-01-02",
            "1970-01-01 00:00:01.5",
            "9223372036854775807",
            null);
    assertThat(rows("SELECT l, i, s, b, d, f, t, day::VARCHAR, stamp::VARCHAR, wide::VARCHAR, name FROM t"))
        .containsExactly(first, second, first, second, first, second);
  }

  @Test
  void rowsOfArraysMayBeNull() {
    engine.execute("CREATE TABLE t (l BIGINT, t BOOLEAN, u UINTEGER)");
    BitSet nulls = BitSet.valueOf(new long[] {0b1010});
    try (ColumnAppender columns = engine.appender("t").forColumns()) {
      columns.append(
          ColumnData.of(new long[] {1, 2, 3, 4}).withNulls(nulls),
          ColumnData.of(new boolean[] {true, true, false, true}).withNulls(nulls),
          // Of no unsigned type, so each is converted; and what is NULL may be anything.
          ColumnData.of(new int[] {1, -2, 3, -4}).withNulls(nulls));
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() ->
              columns.append(
                  ColumnData.of(new long[] {1, 2}),
                  ColumnData.of(new boolean[] {true, true}),
                  ColumnData.of(new int[] {1, -2})))
          .withMessageContaining("row 5 of column 'u'")
          .withMessageContaining("-2");
    }
    assertThat(rows("FROM t"))
        .containsExactly(
            List.of(1L, true, 1L),
            Arrays.asList(null, null, null),
            List.of(3L, false, 3L),
            Arrays.asList(null, null, null));
  }

  @Test
  void memoryIsAColumn() {
    engine.execute("CREATE TABLE t (l BIGINT, name VARCHAR)");
    byte[] utf8 = "axyzü€".getBytes(StandardCharsets.UTF_8);
    try (ColumnAppender columns = engine.appender("t").forColumns();
        Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3, 4);
      MemorySegment validity = MemorySegment.ofArray(new byte[] {0b1101});
      MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 3, 4, 4, utf8.length);
      columns.append(
          ColumnData.of(numbers, validity), ColumnData.text(offsets, MemorySegment.ofArray(utf8), MemorySegment.NULL));
      columns.append(ColumnData.of(numbers), ColumnData.text(offsets, MemorySegment.ofArray(utf8), validity));
    }
    assertThat(rows("FROM t"))
        .containsExactly(
            List.of(1L, "xy"),
            Arrays.asList(null, "z"),
            List.of(3L, ""),
            List.of(4L, "ü€"),
            List.of(1L, "xy"),
            Arrays.asList(2L, null),
            List.of(3L, ""),
            List.of(4L, "ü€"));
  }

  @Test
  void memoryThatIsNoTextIsRefused() {
    engine.execute("CREATE TABLE t (name VARCHAR)");
    MemorySegment utf8 = MemorySegment.ofArray("aü€".getBytes(StandardCharsets.UTF_8));
    try (ColumnAppender columns = engine.appender("t").forColumns()) {
      assertRefused(columns, "row 0 of column 'name': the bytes are not UTF-8", utf8, 0, 2, 3);
      assertRefused(columns, "row 1 of column 'name': its bytes go from 3 to 1", utf8, 0, 3, 1);
      assertRefused(columns, "row 0 of column 'name': its bytes go from 0 to 7 of 6", utf8, 0, 7);
      assertRefused(columns, "row 0 of column 'name': its bytes go from 0 to -1", utf8, -1, 6);
      assertRefused(columns, "takes no 0 bytes of offsets", utf8);
      MemorySegment bad = MemorySegment.ofArray(new byte[] {'a', (byte) 0xFF, 'b'});
      assertRefused(columns, "row 1 of column 'name': the bytes are not UTF-8", bad, 0, 1, 2, 3);
      // Of a row that is NULL nothing is read.
      columns.append(
          ColumnData.text(
              MemorySegment.ofArray(new int[] {0, 1, 2, 3}), bad, MemorySegment.ofArray(new byte[] {0b101})));
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() ->
              columns.append(
                  ColumnData.text(MemorySegment.ofArray(new int[10]), bad, MemorySegment.ofArray(new byte[] {0b101}))))
          .withMessageContaining("1 bytes of validity for 9 rows");
    }
    assertThat(rows("FROM t")).containsExactly(List.of("a"), Arrays.asList((Object) null), List.of("b"));
  }

  private static void assertRefused(ColumnAppender columns, String message, MemorySegment utf8, int... offsets) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> columns.append(ColumnData.text(MemorySegment.ofArray(offsets), utf8, MemorySegment.NULL)))
        .withMessageContaining(message);
    assertThat(columns.pendingRows()).isZero();
  }

  @Test
  void columnsThatDoNotFitAreRefused() {
    engine.execute("CREATE TABLE t (l BIGINT, name VARCHAR)");
    try (ColumnAppender columns = engine.appender("t").forColumns()) {
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> columns.append(ColumnData.of(new long[1])))
          .withMessageContaining("1 columns of values for 2 columns");
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> columns.append(ColumnData.of(new long[2]), ColumnData.of(new String[] {"a"})))
          .withMessageContaining("column 'name' has 1 values, and those before it have 2");
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> columns.append(ColumnData.of(new double[1]), ColumnData.of(new String[] {"a"})))
          .withMessageContaining("row 0 of column 'l'");
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(
              () -> columns.append(ColumnData.of(MemorySegment.ofArray(new byte[9])), ColumnData.of(List.of("a"))))
          .withMessageContaining("takes no 9 bytes of values");
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() ->
              columns.append(
                  ColumnData.of(MemorySegment.ofArray(new byte[8])), ColumnData.of(MemorySegment.ofArray(new byte[8]))))
          .withMessageContaining("column 'name' of type VARCHAR takes no values of one width");
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> new ColumnData.Primitives(new String[1], new BitSet()));
      columns.append(ColumnData.of(new long[] {5}), ColumnData.of(List.of("five")));
      assertThat(columns.pendingRows()).isEqualTo(1);
    }
    assertThat(rows("FROM t")).containsExactly(List.of(5L, "five"));
  }

  @Test
  void manyRowsAreFlushedOnTheWay() {
    engine.execute("CREATE TABLE t (n BIGINT, s VARCHAR)");
    try (RowAppender rows = engine.appender("t").flushEvery(1_000).forRows()) {
      for (long i = 0; i < 2_500; i++) {
        rows.append(i, "row " + i);
      }
      assertThat(rows.insertedRows()).isEqualTo(2_000);
      assertThat(rows.pendingRows()).isEqualTo(500);
    }
    try (RowAppender rows = engine.appender("t").flushAtBytes(10_000).forRows()) {
      rows.append(2_500L, "x".repeat(10_000));
      assertThat(rows.pendingRows()).isZero();
    }
    assertThat(number("SELECT sum(n)::BIGINT FROM t")).isEqualTo(2_500L * 2_501 / 2);
    assertThat(number("SELECT count(*) FROM t WHERE s = 'row ' || n")).isEqualTo(2_500);
  }

  @Test
  void aViolatedConstraintNamesRowAndColumn() {
    engine.execute("CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, n INTEGER CHECK (n < 1000))");
    try (RowAppender rows = engine.appender("t").forRows()) {
      rows.append(5, "five", 5);
      rows.flush();
      for (int i = 10; i < 1_000; i++) {
        rows.append(i, "n", i);
      }
      rows.append(5, "again", 5);
      rows.append(1_000, "n", 1);
      assertFails(ConstraintException.class, rows, "row 991 of column 'id'", "rows 1 to 992");
      rows.append(6, "six", 6);
      rows.append(7, null, 7);
      assertFails(ConstraintException.class, rows, "row 994 of column 'name'", "rows 993 to 994");
      rows.append(7, "seven", 1_000);
      assertFails(ConstraintException.class, rows, "row 995: CHECK", "rows 995 to 995");
      rows.append(8, "eight", 8);
    }
    assertThat(rows("SELECT id, name FROM t ORDER BY id")).containsExactly(List.of(5L, "five"), List.of(8L, "eight"));
  }

  private static void assertFails(
      Class<? extends DataPrismException> type, Appender rows, String place, String dropped) {
    assertThatExceptionOfType(type)
        .isThrownBy(rows::flush)
        .withMessageContaining(place)
        .withMessageContaining("none of the " + dropped + " was inserted")
        .satisfies(e -> assertThat(e.getCause()).isInstanceOf(type));
    assertThat(rows.pendingRows()).isZero();
  }

  @Test
  void theRowIsFoundAmongManyInOneCall() {
    engine.execute("CREATE TABLE t (id BIGINT UNIQUE)");
    long[] ids = LongStream.range(0, 700_000).toArray();
    ids[654_321] = 17;
    try (ColumnAppender columns = engine.appender("t").forColumns()) {
      assertThatExceptionOfType(ConstraintException.class)
          .isThrownBy(() -> {
            columns.append(ColumnData.of(ids));
            columns.flush();
          })
          .withMessageContaining("row 654321 of column 'id'");
    }
    assertThat(count("t")).isZero();
  }

  @Test
  void memoryForAWholeFlushIsInsertedFromWhereItIs() {
    engine.execute("CREATE TABLE t (n BIGINT UNIQUE, name VARCHAR)");
    try (Session session = engine.session();
        Arena arena = Arena.ofShared();
        ColumnAppender columns = session.appender("t").flushEvery(1_000).forColumns()) {
      MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_LONG, LongStream.range(0, 5_000).toArray());
      MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_INT, IntStream.range(0, 5_001).toArray());
      MemorySegment utf8 = arena.allocate(5_000).fill((byte) 'x');
      columns.append(ColumnData.of(new long[] {-1}), ColumnData.of(List.of("first")));
      long before = Dataprism.dp_memory_allocated();
      columns.append(ColumnData.of(numbers), ColumnData.text(offsets, utf8, MemorySegment.NULL));
      assertThat(Dataprism.dp_memory_allocated()).isLessThan(before);
      assertThat(columns.insertedRows()).isEqualTo(5_001);
      // Memory that ends within a value.
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() ->
              columns.append(
                  ColumnData.of(MemorySegment.ofArray(new byte[40_004])),
                  ColumnData.text(offsets, utf8, MemorySegment.NULL)))
          .withMessageContaining("takes no 40004 bytes of values");
      // A key that is there already; and bytes that are no text, which only looking at each row finds.
      assertThatExceptionOfType(ConstraintException.class)
          .isThrownBy(() -> columns.append(ColumnData.of(numbers), ColumnData.text(offsets, utf8, MemorySegment.NULL)))
          .withMessageContaining("row 5001 of column 'n'");
      utf8.set(ValueLayout.JAVA_BYTE, 4_321, (byte) 0xFF);
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> columns.append(ColumnData.of(numbers), ColumnData.text(offsets, utf8, MemorySegment.NULL)))
          .withMessageContaining("row 14322 of column 'name': the bytes are not UTF-8");
      utf8.set(ValueLayout.JAVA_BYTE, 4_321, (byte) 'y');
      numbers.copyFrom(MemorySegment.ofArray(LongStream.range(5_000, 10_000).toArray()));
      // What cannot be inserted now is kept, in a copy.
      try (QueryResult open = session.query("FROM range(1000000)")) {
        assertThat(open.next()).isNotNull().satisfies(batch -> batch.close());
        assertThatExceptionOfType(BusyException.class)
            .isThrownBy(
                () -> columns.append(ColumnData.of(numbers), ColumnData.text(offsets, utf8, MemorySegment.NULL)));
      }
      assertThat(columns.pendingRows()).isEqualTo(5_000);
      numbers.fill((byte) 0);
      assertThat(columns.flush()).isEqualTo(5_000);
    }
    assertThat(number("SELECT sum(n)::BIGINT FROM t")).isEqualTo(10_000L * 9_999 / 2 - 1);
    assertThat(number("SELECT count(*) FROM t WHERE name = 'y'")).isEqualTo(1);
  }

  @Test
  void arraysForAWholeFlushAreCopiedByTheThreadsThatInsertThem() {
    engine.execute(
        "CREATE TABLE t (n BIGINT UNIQUE, truth BOOLEAN, name VARCHAR, color ENUM ('red', 'green'), list BIGINT[])");
    int count = 300_000;
    long[] numbers = LongStream.range(0, count).toArray();
    boolean[] truths = new boolean[count];
    String[] names = new String[count];
    List<Object> colors = new ArrayList<>();
    List<Object> lists = new ArrayList<>();
    BitSet nulls = new BitSet();
    for (int i = 0; i < count; i++) {
      truths[i] = i % 3 == 0;
      names[i] = i % 5 == 0 ? null : "name " + i;
      colors.add(i % 2 == 0 ? "red" : null);
      lists.add(List.of((long) i, 1L));
      nulls.set(i, i % 7 == 0);
    }
    ColumnData[] columns = {
      ColumnData.of(numbers),
      ColumnData.of(truths).withNulls(nulls),
      ColumnData.of(names),
      ColumnData.of(colors),
      ColumnData.of(lists)
    };
    try (ColumnAppender appender = engine.appender("t").flushEvery(count).forColumns()) {
      colors.set(200_001, "blue");
      assertThatExceptionOfType(ConversionException.class)
          .isThrownBy(() -> appender.append(columns))
          .withMessageContaining("row 200001 of column 'color'");
      colors.set(200_001, 5);
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> appender.append(columns))
          .withMessageContaining("row 500001 of column 'color'");
      colors.set(200_001, "green");
      numbers[123_456] = 5;
      assertThatExceptionOfType(ConstraintException.class)
          .isThrownBy(() -> appender.append(columns))
          .withMessageContaining("row 423456 of column 'n'");
      numbers[123_456] = 123_456;
      assertThat(appender.pendingRows()).isZero();
      appender.append(columns);
      assertThat(appender.insertedRows()).isEqualTo(count);
    }
    assertThat(
            number(
                """
                SELECT count(*) FROM t WHERE truth IS NOT DISTINCT FROM (CASE WHEN n % 7 = 0 THEN NULL ELSE n % 3 = 0 END) \
                AND name IS NOT DISTINCT FROM (CASE WHEN n % 5 = 0 THEN NULL ELSE 'name ' || n END) AND list = [n, 1] \
                AND color IS NOT DISTINCT FROM \
                (CASE WHEN n = 200001 THEN 'green' WHEN n % 2 = 0 THEN 'red' ELSE NULL END)\
                """))
        .isEqualTo(count);
  }

  @Test
  void aListOfRecordsForAWholeFlushIsReadByTheThreadsThatInsertIt() {
    engine.execute("CREATE TABLE trades (id BIGINT PRIMARY KEY, price DOUBLE, symbol VARCHAR NOT NULL)");
    int count = 300_000;
    List<Trade> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Trade(i, i / 2.0, "S" + i % 100));
    }
    try (RecordAppender<Trade> trades = engine.appender("trades").flushEvery(count).forRecords(Trade.class)) {
      rows.set(150_000, new Trade(150_000, 1, null));
      assertThatExceptionOfType(ConstraintException.class)
          .isThrownBy(() -> trades.append(rows))
          .withMessageContaining("row 150000 of column 'symbol'");
      rows.set(150_000, null);
      assertThatNullPointerException().isThrownBy(() -> trades.append(rows));
      assertThat(trades.pendingRows()).isZero();
      rows.set(150_000, new Trade(150_000, 75_000, "S0"));
      trades.append(rows);
      assertThat(trades.insertedRows()).isEqualTo(count);
      assertThat(count("trades")).isEqualTo(count);
    }
    assertThat(number("SELECT count(*) FROM trades WHERE price = id / 2 AND symbol = 'S' || id % 100"))
        .isEqualTo(count);
  }

  @Test
  void textsOfEveryKindOfCharacterArriveAsTheyWere() {
    engine.execute("CREATE TABLE t (i INTEGER, s VARCHAR)");
    List<String> texts =
        List.of(
            "",
            "a",
            "\0",
            "a\0b",
            "ü",
            "ü\0",
            "\0ü",
            "aü\0\0",
            "€uro",
            "𝄞",
            "x".repeat(1_024),
            "x".repeat(5_000),
            "ü".repeat(1_024),
            "\0".repeat(3),
            "é\0é\0");
    try (RowAppender rows = engine.appender("t").forRows()) {
      for (int i = 0; i < texts.size(); i++) {
        rows.append(i, texts.get(i));
      }
    }
    assertThat(rows("SELECT s FROM t ORDER BY i"))
        .isEqualTo(texts.stream().map(text -> List.<Object>of(text)).toList());
  }

  @Test
  void aForeignKeyDoesNotNameAColumnOfTheOtherTable() {
    engine.execute("CREATE TABLE customers (id BIGINT PRIMARY KEY)");
    engine.execute("CREATE TABLE orders (id BIGINT, customer BIGINT REFERENCES customers (id))");
    try (RowAppender rows = engine.appender("orders").forRows()) {
      rows.append(1, null);
      rows.append(2, 7);
      assertFails(ConstraintException.class, rows, "row 1: ", "rows 0 to 1");
    }
  }

  @Test
  void aTextThatIsNoValueOfAnEnumNamesRowAndColumn() {
    engine.execute("CREATE TABLE t (id BIGINT, color ENUM ('red', 'green'), more ENUM ('a', 'b')[])");
    try (RowAppender rows = engine.appender("t").forRows()) {
      rows.append(1, "red", List.of("a"));
      rows.append(2, "blue", List.of("b"));
      assertFails(ConversionException.class, rows, "row 1 of column 'color'", "rows 0 to 1");
      rows.append(1, "red", List.of("a", "c"));
      assertFails(ConversionException.class, rows, "row 2 of column 'more'", "rows 2 to 2");
      rows.append(1, "green", Arrays.asList("b", null));
    }
    assertThat(rows("SELECT color::VARCHAR, more::VARCHAR FROM t")).containsExactly(List.of("green", "[b, NULL]"));
  }

  @Test
  void anAppenderOfATransactionIsPartOfIt() {
    engine.execute("CREATE TABLE t (n BIGINT UNIQUE)");
    try (Transaction transaction = engine.begin()) {
      try (RowAppender rows = transaction.appender("t").flushEvery(2).forRows()) {
        IntStream.range(0, 5).forEach(rows::append);
      }
      assertThat(count("t")).isZero();
      transaction.commit();
    }
    assertThat(count("t")).isEqualTo(5);
    try (Transaction transaction = engine.begin()) {
      RowAppender rows = transaction.appender("t").forRows();
      rows.append(7);
      rows.flush();
      rows.append(8);
      rows.append(3);
      assertFails(ConstraintException.class, rows, "row 2 of column 'n'", "rows 1 to 2");
      rows.append(9);
      assertThatExceptionOfType(TransactionException.class).isThrownBy(rows::close);
      transaction.rollback();
    }
    assertThat(count("t")).isEqualTo(5);
  }

  @Test
  void aRowThatOnlyFailsInItsTransactionIsOneOfThem() {
    engine.execute("CREATE TABLE t (n BIGINT UNIQUE)");
    try (Transaction transaction = engine.begin();
        RowAppender rows = transaction.appender("t").forRows()) {
      transaction.execute("INSERT INTO t VALUES (1)");
      rows.append(0);
      rows.append(1);
      assertFails(ConstraintException.class, rows, "one of the rows 0 to 1", "rows 0 to 1");
    }
  }

  @Test
  void anAppenderOfASessionSeesItsTemporaryTables() {
    try (Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE t (n BIGINT CHECK (n > 0))");
      try (RowAppender rows = session.appender("t").forRows()) {
        rows.append(1);
        rows.append(2);
        rows.append(0);
        assertFails(ConstraintException.class, rows, "row 2: ", "rows 0 to 2");
        rows.append(3);
      }
      try (QueryResult result = session.query("SELECT sum(n)::BIGINT FROM t")) {
        assertThat(result.iterator().next().int64(0).get(0)).isEqualTo(3);
      }
    }
    assertThatExceptionOfType(CatalogException.class).isThrownBy(() -> engine.appender("t").forRows());
  }

  @Test
  void rowsThatAreNotAtFaultAreTriedAgain() {
    engine.execute("CREATE TABLE t (n BIGINT)");
    try (Session session = engine.session();
        RowAppender rows = session.appender("t").forRows()) {
      rows.append(1);
      try (QueryResult open = session.query("FROM range(1000000)")) {
        assertThat(open.next()).isNotNull().satisfies(batch -> batch.close());
        assertThatExceptionOfType(BusyException.class).isThrownBy(rows::flush);
        assertThat(rows.pendingRows()).isEqualTo(1);
        rows.append(2);
        assertThatExceptionOfType(BusyException.class).isThrownBy(rows::flush);
        assertThat(rows.pendingRows()).isEqualTo(2);
      }
      assertThat(count("t")).isZero();
      rows.append(3);
      assertThat(rows.flush()).isEqualTo(3);
    }
    assertThat(rows("FROM t")).containsExactly(List.of(1L), List.of(2L), List.of(3L));
  }

  @Test
  void whatIsClosedIsNotUsed() {
    engine.execute("CREATE TABLE t (n BIGINT)");
    RowAppender rows = engine.appender("t").forRows();
    rows.append(1);
    rows.close();
    rows.close();
    assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> rows.append(2));
    assertThatExceptionOfType(ClosedException.class).isThrownBy(rows::flush);
    assertThat(rows.insertedRows()).isEqualTo(1);
    assertThat(rows.pendingRows()).isZero();
  }

  @Test
  void closingTheEngineFreesWhatWasNotInserted() {
    engine.execute("CREATE TABLE t (n BIGINT, s VARCHAR)");
    RowAppender rows = engine.appender("t").forRows();
    rows.append(1, "one");
    assertThat(Dataprism.dp_memory_allocated()).isPositive();
    engine.close();
    assertThat(Dataprism.dp_memory_allocated()).isZero();
    assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> rows.append(2, "two"));
    rows.close();
  }

  @Test
  void aTableThatIsGoneKeepsTheRowsUntilTheAppenderIsClosed() {
    engine.execute("CREATE TABLE t (n BIGINT)");
    RowAppender rows = engine.appender("t").forRows();
    rows.append(1);
    engine.execute("DROP TABLE t");
    assertThatExceptionOfType(CatalogException.class).isThrownBy(rows::flush);
    assertThat(rows.pendingRows()).isEqualTo(1);
    engine.execute("CREATE TABLE t (n BIGINT)");
    assertThat(rows.flush()).isEqualTo(1);
    rows.append(2);
    engine.execute("DROP TABLE t");
    assertThatExceptionOfType(CatalogException.class).isThrownBy(rows::close);
    assertThat(rows.pendingRows()).isZero();
  }

  @Test
  void severalThreadsMayShareAnAppender() {
    engine.execute("CREATE TABLE t (n BIGINT)");
    try (RowAppender rows = engine.appender("t").flushEvery(100).forRows()) {
      CompletableFuture.allOf(
              Stream.of(0, 1, 2, 3)
                  .map(part ->
                      CompletableFuture.runAsync(
                          () -> LongStream.range(part * 1_000L, part * 1_000L + 1_000).forEach(rows::append)))
                  .toArray(CompletableFuture[]::new))
          .join();
    }
    assertThat(number("SELECT count(DISTINCT n) FROM t")).isEqualTo(4_000);
    assertThat(number("SELECT sum(n)::BIGINT FROM t")).isEqualTo(4_000L * 3_999 / 2);
  }

  @Test
  void namesAreQuotedAsTheyAre() {
    engine.execute("CREATE SCHEMA \"a b\"");
    engine.execute("CREATE TABLE \"a b\".\"t \"\"x\"\"\" (\"select\" BIGINT NOT NULL, \"c \"\"d\" VARCHAR)");
    try (RowAppender rows = engine.appender("\"a b\".\"t \"\"x\"\"\"").forRows()) {
      rows.append(1, "x");
      rows.flush();
      rows.append(null, "y");
      assertFails(ConstraintException.class, rows, "row 1 of column 'select'", "rows 1 to 1");
    }
    assertThat(count("\"a b\".\"t \"\"x\"\"\"")).isEqualTo(1);
  }

  @Test
  void aRefusedRowInTheMiddleOfManyColumnsLeavesNothing() {
    engine.execute("CREATE TABLE t (a VARCHAR, b INTEGER[], c STRUCT(x INTEGER, y VARCHAR), d MAP(VARCHAR, INTEGER))");
    try (RowAppender rows = engine.appender("t").forRows()) {
      for (int i = 0; i < 1_000; i++) {
        int row = i;
        assertThatExceptionOfType(InvalidInputException.class)
            .isThrownBy(() -> rows.append("lost", List.of(1, 2), Map.of("x", 1, "y", "z"), Map.of("k", "no number")))
            .withMessageContaining("row " + row + " of column 'd'");
        rows.append("kept " + i, List.of(i), Map.of("x", i, "y", "y" + i), Map.of("k", i));
      }
    }
    assertThat(
            number(
                "SELECT count(*) FROM t WHERE a = 'kept ' || b[1] AND c.x = b[1] AND c.y = 'y' || c.x AND d['k'] = c.x "
                    + "AND len(b) = 1"))
        .isEqualTo(1_000);
  }
}
