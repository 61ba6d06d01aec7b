package io.dataprism.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.column.ColumnWriter;
import io.dataprism.column.Float64Writer;
import io.dataprism.column.Int64Writer;
import io.dataprism.column.Interval;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.ExecutionException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import io.dataprism.schema.TimeUnit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Tables whose rows Java writes when they are read.
class GeneratedTableTest {
  private static final Schema PAIRS =
      new Schema(List.of(new Field("n", Scalar.BIGINT, false), new Field("half", Scalar.DOUBLE, false)));

  private final Engine engine = Engine.builder().threads(2).open();

  @AfterEach
  void close() {
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private Object value(String sql) {
    try (QueryResult result = engine.query(sql)) {
      return result.next().column(0).getObject(0);
    }
  }

  /// Numbers and their halves, counted from zero, in parts of a million.
  private static GeneratedPart pairs(int part) {
    long[] next = {part * 1_000_000L};
    long end = next[0] + 1_000_000;
    return rows -> {
      int count = (int) Math.min(end - next[0], GeneratedRows.BATCH_ROWS);
      Int64Writer n = rows.column("n").as(Int64Writer.class);
      Float64Writer half = rows.column("half").as(Float64Writer.class);
      for (int row = 0; row < count; row++, next[0]++) {
        n.set(row, next[0]);
        half.set(row, next[0] / 2.0);
      }
      return count;
    };
  }

  @Test
  void aGeneratedTableIsReadByNameAgainAndAgain() {
    try (Registration table = engine.register("pairs", Table.generated(PAIRS, 8, (part, _) -> pairs(part)))) {
      assertThat(table.copiedBytes()).isZero();
      for (int i = 0; i < 3; i++) {
        assertThat(value("SELECT sum(half) FROM Pairs WHERE n < 6_000_000")).isEqualTo(5_999_999L * 1_500_000.0);
      }
      assertThat(value("SELECT count(*) FROM pairs a JOIN pairs b ON a.n = b.half")).isEqualTo(4_000_000L);
      engine.execute("CREATE TABLE copy AS FROM pairs");
      assertThat(value("SELECT count(*) FROM copy WHERE n <> rowid")).isEqualTo(0L);
    }
  }

  @Test
  void everyPartIsOpenedAndClosedOnce() {
    Map<Integer, AtomicInteger> opened = new ConcurrentHashMap<>();
    AtomicInteger closed = new AtomicInteger();
    RowGenerator generator =
        (part, _) -> {
          opened.computeIfAbsent(part, _ -> new AtomicInteger()).incrementAndGet();
          GeneratedPart pairs = pairs(part);
          return new GeneratedPart() {
            @Override
            public int write(GeneratedRows rows) throws Exception {
              return pairs.write(rows);
            }

            @Override
            public void close() {
              closed.incrementAndGet();
              // What is thrown here is logged.
              throw new IllegalStateException("closed");
            }
          };
        };
    try (Registration _ = engine.register("pairs", Table.generated(PAIRS, 5, generator))) {
      assertThat(value("SELECT count(*) FROM pairs")).isEqualTo(5_000_000L);
      assertThat(opened).hasSize(5).allSatisfy((_, count) -> assertThat(count).hasValue(1));
      assertThat(closed).hasValue(5);
      value("FROM pairs LIMIT 10");
      assertThat(opened.values().stream().mapToInt(AtomicInteger::get).sum()).isEqualTo(closed.get());
    }
  }

  @Test
  void whatAPartThrowsIsTheCause() {
    RowGenerator generator =
        (_, _) -> {
          int[] batch = {0};
          return rows -> {
            if (batch[0]++ == 3) {
              throw new UnsupportedOperationException("the fourth");
            }
            rows.column("n").setObject(0, "no number");
            return 1;
          };
        };
    try (Registration _ = engine.register("broken", Table.generated(PAIRS, 2, generator))) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> value("SELECT sum(n) FROM broken"))
          .withMessageContaining("table 'broken'")
          .matches(e -> e.code() == ErrorCode.FUNCTION_FAILED)
          .withCauseInstanceOf(RuntimeException.class);
    }
    RowGenerator late =
        (_, _) -> {
          int[] batch = {0};
          return rows -> {
            if (batch[0]++ == 3) {
              throw new UnsupportedOperationException("the fourth");
            }
            rows.column("n").setObject(0, 1);
            return 1;
          };
        };
    try (Registration _ = engine.register("broken", Table.generated(PAIRS, 2, late))) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> value("SELECT sum(n) FROM broken"))
          .withCauseInstanceOf(UnsupportedOperationException.class)
          .havingCause()
          .withMessage("the fourth");
    }
    assertThat(value("SELECT 1")).isEqualTo(1);
  }

  @Test
  void whatCannotBeWrittenIsRefused() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.generated(new Schema(List.of()), 1, (part, _) -> pairs(part)));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.generated(PAIRS, 0, (part, _) -> pairs(part)));
    Schema moods = new Schema(List.of(new Field("mood", Scalar.ENUM, true)));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> engine.register("moods", Table.generated(moods, 1, (part, _) -> pairs(part))))
        .withMessageContaining("mood");
    Schema seconds = new Schema(List.of(new Field("t", new DataType.Time(TimeUnit.SECOND), true)));
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(() -> engine.register("seconds", Table.generated(seconds, 1, (part, _) -> pairs(part))));
    assertThat(engine.liveHandles().tables()).isZero();
  }

  private static Map<Field, List<Object>> valuesOfAllTypes() {
    Map<Field, List<Object>> values = new LinkedHashMap<>();
    DataType integers = new DataType.ListOf(new Field("element", Scalar.INTEGER, true));
    DataType struct =
        new DataType.Struct(List.of(new Field("a", Scalar.INTEGER, true), new Field("b", Scalar.VARCHAR, true)));
    List<Object> columns =
        Arrays.asList(
            Scalar.BOOLEAN,
            List.of(true, false),
            Scalar.TINYINT,
            List.of((byte) 1, (byte) -2),
            Scalar.SMALLINT,
            List.of((short) 300, (short) -2),
            Scalar.INTEGER,
            List.of(70_000, -2),
            Scalar.BIGINT,
            List.of(1L << 40, -2L),
            Scalar.HUGEINT,
            List.of(BigInteger.ONE.shiftLeft(100), BigInteger.TWO.negate()),
            Scalar.UTINYINT,
            List.of(200, 0),
            Scalar.USMALLINT,
            List.of(60_000, 0),
            Scalar.UINTEGER,
            List.of(4_000_000_000L, 0L),
            Scalar.UBIGINT,
            List.of(BigInteger.ONE.shiftLeft(63), BigInteger.ZERO),
            Scalar.UHUGEINT,
            List.of(BigInteger.ONE.shiftLeft(127), BigInteger.ZERO),
            Scalar.BIGNUM,
            List.of(BigInteger.ONE.shiftLeft(200), BigInteger.TEN.negate()),
            Scalar.FLOAT,
            List.of(1.5f, -0.25f),
            Scalar.DOUBLE,
            List.of(1.5, Double.NEGATIVE_INFINITY),
            Scalar.VARCHAR,
            List.of("short", "a text of more than twelve bytes, with ü"),
            Scalar.JSON,
            List.of("{\"a\": 1}", "[]"),
            Scalar.BLOB,
            List.of("bytes".getBytes(StandardCharsets.UTF_8), new byte[0]),
            Scalar.UUID,
            List.of(new UUID(1, 2), new UUID(-1, -2)),
            Scalar.DATE,
            List.of(LocalDate.of(2024, 2, 29), LocalDate.EPOCH),
            Scalar.TIME_TZ,
            List.of(OffsetTime.parse("12:34:56+02:00"), OffsetTime.parse("00:00-01:00")),
            Scalar.INTERVAL,
            List.of(new Interval(1, 2, 3_000), new Interval(0, 0, -1_000)),
            new DataType.Decimal(9, 2),
            List.of(new BigDecimal("1.25"), new BigDecimal("-0.01")),
            new DataType.Decimal(38, 3),
            List.of(new BigDecimal("12345678901234567890.125"), new BigDecimal("0.000")),
            new DataType.Time(TimeUnit.MICROSECOND),
            List.of(LocalTime.of(1, 2, 3), LocalTime.MIDNIGHT),
            new DataType.Timestamp(TimeUnit.MICROSECOND),
            List.of(LocalDateTime.of(2024, 2, 29, 12, 0), LocalDateTime.of(1969, 12, 31, 23, 59)),
            new DataType.Timestamp(TimeUnit.NANOSECOND),
            List.of(LocalDateTime.of(2024, 2, 29, 12, 0, 0, 123), LocalDateTime.of(1970, 1, 1, 0, 0)),
            new DataType.TimestampTz(TimeUnit.MICROSECOND, "UTC"),
            List.of(Instant.ofEpochSecond(5), Instant.EPOCH),
            integers,
            List.of(Arrays.asList(1, null, 3), List.of()),
            new DataType.ArrayOf(new Field("element", Scalar.INTEGER, true), 2),
            List.of(List.of(1, 2), List.of(3, 4)),
            struct,
            List.of(Map.of("a", 1, "b", "x"), Map.of("a", 2, "b", "y")),
            new DataType.MapOf(new Field("key", Scalar.VARCHAR, false), new Field("value", integers, true)),
            List.of(Map.of("k", List.of(1)), Map.of()),
            new DataType.Union(List.of(new Field("n", Scalar.INTEGER, true), new Field("t", Scalar.VARCHAR, true))),
            List.of(1, "one"));
    for (int i = 0; i < columns.size(); i += 2) {
      @SuppressWarnings("unchecked")
      List<Object> given = (List<Object>) columns.get(i + 1);
      values.put(new Field("c" + i / 2, (DataType) columns.get(i), true), given);
    }
    return values;
  }

  @Test
  void valuesOfEveryTypeAreWritten() {
    Map<Field, List<Object>> values = valuesOfAllTypes();
    List<Field> fields = List.copyOf(values.keySet());
    Schema schema = new Schema(fields);
    RowGenerator generator =
        (_, _) -> {
          boolean[] done = {false};
          return rows -> {
            if (done[0]) {
              return 0;
            }
            done[0] = true;
            for (int i = 0; i < fields.size(); i++) {
              ColumnWriter writer = rows.column(i);
              List<Object> column = values.get(fields.get(i));
              // The middle row is not written.
              writer.setObject(0, column.getFirst());
              writer.setObject(2, column.getLast());
            }
            return 3;
          };
        };
    try (Registration _ = engine.register("typed", Table.generated(schema, 1, generator))) {
      try (QueryResult result = engine.query("FROM typed")) {
        RecordBatch batch = result.next();
        for (int i = 0; i < fields.size(); i++) {
          List<Object> column = values.get(fields.get(i));
          // The zone of a time is the session's.
          assertThat(batch.column(i).field().type().sql())
              .as("%s", fields.get(i))
              .isEqualTo(fields.get(i).type().sql());
          List<Object> read = new ArrayList<>();
          for (int row = 0; row < 3; row++) {
            read.add(batch.column(i).getObject(row));
          }
          assertThat(read)
              .as("%s", fields.get(i))
              .usingRecursiveComparison()
              .isEqualTo(Arrays.asList(column.getFirst(), null, column.getLast()));
        }
      }
      // Each column alone.
      for (Field field : fields) {
        assertThat(value("SELECT count(*) - count(" + field.name() + ") FROM typed")).as("%s", field).isEqualTo(1L);
      }
      engine.execute("CREATE TABLE typed_copy AS FROM typed");
      String equal =
          String.join(
              " AND ",
              IntStream.range(0, fields.size())
                  .mapToObj(i -> "a.c" + i + "::VARCHAR IS NOT DISTINCT FROM b.c" + i + "::VARCHAR")
                  .toList());
      assertThat(value("SELECT count(*) FROM typed a POSITIONAL JOIN typed_copy b WHERE " + equal)).isEqualTo(3L);
    }
  }
}
