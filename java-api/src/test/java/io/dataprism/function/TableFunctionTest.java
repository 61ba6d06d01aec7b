package io.dataprism.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Session;
import io.dataprism.cache.CacheOptions;
import io.dataprism.column.Int64Column;
import io.dataprism.column.Int64Writer;
import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.ExecutionException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.registration.GeneratedPart;
import io.dataprism.registration.GeneratedRows;
import io.dataprism.registration.RowGenerator;
import io.dataprism.registration.Table;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableFunctionTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";
  private static final Executor OWN_THREAD = task -> Thread.ofPlatform().start(task);
  private static final Schema NUMBERS = new Schema(List.of(new Field("n", Scalar.BIGINT, true)));

  private static final Schema PIECES = new Schema(List.of(new Field("n", Scalar.BIGINT, false)));

  private final Engine engine = Engine.builder().threads(2).open();

  @AfterEach
  void close() {
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static final class Boom extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Boom(String message) {
      super(message);
    }
  }

  private Object value(String sql, Object... parameters) {
    return value(engine, sql, parameters);
  }

  private static Object value(Engine engine, String sql, Object... parameters) {
    try (QueryResult result = engine.query(sql, parameters)) {
      return result.next().column(0).getObject(0);
    }
  }

  private List<Object> values(String sql) {
    List<Object> values = new ArrayList<>();
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          values.add(batch.column(0).getObject(row));
        }
      }
    }
    return values;
  }

  private static Table numbers(long... values) {
    return Table.builder().column("n", values).build();
  }

  /// A generator of the numbers from zero, in parts of the same size.
  private static RowGenerator counting(long rowsOfPart) {
    return (part, _) -> {
      long end = (part + 1) * rowsOfPart;
      long[] next = {part * rowsOfPart};
      long[] block = new long[GeneratedRows.BATCH_ROWS];
      return rows -> {
        int count = (int) Math.min(end - next[0], block.length);
        for (int row = 0; row < count; row++) {
          block[row] = next[0]++;
        }
        rows.column(0).as(Int64Writer.class).set(0, block, 0, count);
        return count;
      };
    };
  }

  /// `counted(parts, rows)`: the numbers below `parts * rows`.
  private FunctionRegistration counted() {
    return engine
        .functions()
        .table("counted")
        .parameter("parts", Scalar.INTEGER)
        .named("rows", Scalar.BIGINT, 1000)
        .register(in -> Table.generated(NUMBERS, in.int32("parts").get(0), counting(in.int64("rows").get(0))));
  }

  @Test
  void aTableOfEachCallIsRead() {
    try (FunctionRegistration f =
        engine
            .functions()
            .table("up_to")
            .parameter("n", Scalar.BIGINT)
            .register(in -> numbers(LongStream.range(0, in.int64("n").get(0)).toArray()))) {
      assertThat(f.name()).isEqualTo("up_to");
      assertThat(f.isOpen()).isTrue();
      assertThat(engine.liveHandles().functions()).isOne();
      assertThat(values("FROM up_to(3)")).containsExactly(0L, 1L, 2L);
      assertThat(value("SELECT sum(n)::BIGINT FROM up_to(?)", 1_000_000)).isEqualTo(499_999_500_000L);
      assertThat(value("SELECT count(*) FROM up_to('4')")).isEqualTo(4L);
      assertThat(values("SELECT a.n * b.n FROM up_to(2) a, up_to(3) b WHERE a.n > 0 ORDER BY 1"))
          .containsExactly(0L, 1L, 2L);
      assertThat(value("SELECT count(*) FROM up_to(1000) a JOIN up_to(500) b USING (n)")).isEqualTo(500L);
      assertThat(value("SELECT (SELECT max(n) FROM up_to(7)) + (SELECT count(*) FROM up_to(2))")).isEqualTo(8L);
      assertThat(value("SELECT sum(c) FROM (SELECT count(*) AS c FROM up_to(5) GROUP BY n % 2)").toString())
          .isEqualTo("5");
      engine.execute("CREATE TABLE copy AS FROM up_to(300_000)");
      engine.execute("INSERT INTO copy SELECT -n FROM up_to(10)");
      assertThat(value("SELECT count(*) FROM copy")).isEqualTo(300_010L);
      // In their order.
      assertThat(value("SELECT count(*) FROM copy WHERE n <> rowid AND n > 0")).isEqualTo(0L);
      engine.execute("CREATE VIEW few AS FROM up_to(2)");
      assertThat(values("FROM few")).containsExactly(0L, 1L);
      assertThat(value("SELECT count(*) FROM up_to(3) WITH ORDINALITY WHERE ordinality = n + 1")).isEqualTo(3L);
    }
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @Test
  void argumentsComeByPositionAndByName() {
    List<String> seen = new ArrayList<>();
    try (FunctionRegistration f =
        engine
            .functions()
            .table("describe_call")
            .parameter("a", Scalar.INTEGER)
            .variadic(Scalar.VARCHAR)
            .named("size", Scalar.BIGINT, 7)
            .named("label", "VARCHAR")
            .named("level", "ENUM('low', 'high')", "low")
            .register(in -> {
              List<Object> row = new ArrayList<>();
              for (int i = 0; i < in.columnCount(); i++) {
                row.add(in.column(i).getObject(0));
              }
              assertThat(in.rowCount()).isOne();
              assertThat(in.int32("A").get(0)).isEqualTo(in.int32(0).get(0));
              assertThat(in.int64("size").get(0)).isEqualTo(row.get(row.size() - 3));
              seen.add(row.toString());
              return numbers(1);
            })) {
      assertThat(f.isOpen()).isTrue();
      for (String call :
          List.of(
              "1",
              "2, size := 9",
              "3, label = 'x', size => 10",
              "4, 'more', 'less', level := 'high'",
              "6, size := NULL, label := NULL",
              "7, LEVEL := 'high', Label := 'y'")) {
        seen.clear();
        assertThat(value("SELECT count(*) FROM describe_call(" + call + ")")).isEqualTo(1L);
        assertThat(seen)
            .last()
            .isEqualTo(
                switch (call.charAt(0)) {
                  case '1' -> "[1, 7, null, low]";
                  case '2' -> "[2, 9, null, low]";
                  case '3' -> "[3, 10, x, low]";
                  case '4' -> "[4, more, less, 7, null, high]";
                  case '6' -> "[6, 7, null, low]";
                  default -> "[7, 7, y, high]";
                });
      }
      seen.clear();
      assertThat(value("SELECT count(*) FROM describe_call(?, size := $2)", 8, 11)).isEqualTo(1L);
      assertThat(seen).last().isEqualTo("[8, 11, null, low]");
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (FunctionRegistration f = counted()) {
      assertThat(f.isOpen()).isTrue();
      for (String call :
          List.of(
              "()",
              "(1, 2)",
              "([1])",
              "(1, size := 2)",
              "(parts := 1)",
              "(1, rows := 1, rows := 2)",
              "(rows := 1, 2)",
              "(1, rows := [1])")) {
        assertThatThrownBy(() -> value("FROM counted" + call)).as(call).isInstanceOf(DataPrismException.class);
      }
      assertThatThrownBy(() -> value("FROM counted()")).isInstanceOf(BinderException.class);
      assertThatThrownBy(() -> value("FROM counted('many')"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("'many'");
      assertThatThrownBy(() -> value("SELECT * FROM range(3) r, counted(r.range)"))
          .isInstanceOf(DataPrismException.class);
      // What the function makes of its arguments is its own.
      assertThatThrownBy(() -> value("FROM counted(0)"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InvalidInputException.class);
    }
    assertThatThrownBy(
            () -> engine.functions().table("f").named("n", Scalar.BIGINT, "no number").register(_ -> numbers()))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("'n'");
    assertThatThrownBy(() -> engine.functions().table("f").parameter("n", "NO_TYPE").register(_ -> numbers()))
        .isInstanceOf(DataPrismException.class);
    assertThatThrownBy(
            () -> engine.functions().table("f").named("n", "BIGINT").named("N", "BIGINT").register(_ -> numbers()))
        .isInstanceOf(DataPrismException.class);
    assertThatThrownBy(() -> engine.functions().table("").register(_ -> numbers()))
        .isInstanceOf(InvalidInputException.class);
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TRUE",
        "1::TINYINT",
        "-2::SMALLINT",
        "3",
        "4::BIGINT",
        "5::HUGEINT",
        "1::UTINYINT",
        "2::USMALLINT",
        "3::UINTEGER",
        "18446744073709551615::UBIGINT",
        "6::UHUGEINT",
        "1.5::FLOAT",
        "2.5::DOUBLE",
        "1.25::DECIMAL(4, 2)",
        "123456789012345678901234567890.5::DECIMAL(38, 1)",
        "'text that is longer than twelve bytes'",
        "'a\\x00'::BLOB",
        "'0101'::BIT",
        "uuid()",
        "DATE '2024-02-29'",
        "TIME '12:34:56'",
        "TIMESTAMP '2024-02-29 12:34:56'",
        "TIMESTAMP_NS '2024-02-29 12:34:56.123456789'",
        "TIMESTAMPTZ '2024-02-29 12:34:56+02'",
        "TIMETZ '12:34:56+02'",
        "INTERVAL '3 months 2 days'",
        "'low'::ENUM('low', 'high')",
        "[1, NULL, 3]",
        "[['a'], [], NULL]",
        "[1, 2]::INTEGER[2]",
        "{a: 1, b: {c: 'x'}}",
        "MAP {'k': [1]}",
        "union_value(n := 1)",
        "'{\"a\": 1}'::JSON",
        "NULL"
      })
  void argumentsOfEveryTypeAreSeen(String expression) {
    AtomicReference<Object> seen = new AtomicReference<>();
    String type;
    try (FunctionRegistration any =
            engine
                .functions()
                .table("any_type")
                .parameter("v", "ANY")
                .register(in -> {
                  seen.set(in.column("v").getObject(0));
                  return numbers(in.column("v").isNull(0) ? 0 : 1);
                });
        Session session = engine.session()) {
      assertThat(any.isOpen()).isTrue();
      session.execute("SET VARIABLE given = " + expression);
      String sql = "SELECT n, getvariable('given') AS v, typeof(v) AS t FROM any_type(getvariable('given'))";
      try (QueryResult result = session.query(sql)) {
        RecordBatch batch = result.next();
        Object expected = batch.column("v").getObject(0);
        type = batch.utf8("t").get(0);
        assertThat(batch.int64("n").get(0)).isEqualTo(expected == null ? 0 : 1);
        assertThat(seen.get()).usingRecursiveComparison().isEqualTo(expected);
      }
    }
    if (expression.equals("NULL")) {
      return;
    }
    seen.set(null);
    try (FunctionRegistration typed =
        engine
            .functions()
            .table("typed")
            .parameter("v", type)
            .register(in -> {
              seen.set(in.column("v").getObject(0));
              return numbers(1);
            })) {
      assertThat(typed.isOpen()).isTrue();
      assertThat(value("SELECT count(*) FROM typed(" + expression + ")")).isEqualTo(1L);
      assertThat(seen.get()).isNotNull();
      assertThat(value("SELECT count(*) FROM typed(NULL)")).isEqualTo(1L);
      assertThat(seen.get()).isNull();
    }
  }

  @Test
  void argumentsEndWithTheirCall() {
    AtomicReference<Int64Column> kept = new AtomicReference<>();
    try (FunctionRegistration f =
        engine
            .functions()
            .table("keeps")
            .parameter("n", Scalar.BIGINT)
            .register(in -> {
              kept.set(in.int64(0));
              return numbers(in.int64(0).get(0));
            })) {
      assertThat(value("FROM keeps(3)")).isEqualTo(3L);
      assertThatThrownBy(() -> kept.get().get(0)).isInstanceOfAny(IllegalStateException.class);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void eachCallHasColumnsOfItsOwn() {
    try (FunctionRegistration f =
        engine
            .functions()
            .table("wide")
            .parameter("columns", Scalar.INTEGER)
            .register(in -> {
              Table.Builder table = Table.builder();
              for (int i = 0; i < in.int32(0).get(0); i++) {
                table.column("c" + i, new long[] {i, 10L * i});
              }
              return table.build();
            })) {
      assertThat(f.isOpen()).isTrue();
      try (QueryResult result = engine.query("SELECT * FROM wide(2) a CROSS JOIN wide(3)")) {
        assertThat(result.schema().fields()).hasSize(5);
      }
      assertThat(value("SELECT sum(c4)::BIGINT FROM wide(5)")).isEqualTo(44L);
      assertThatThrownBy(() -> value("SELECT c1 FROM wide(1)")).isInstanceOf(BinderException.class);
    }
  }

  record Point(int x, String name) {}

  @Test
  void everyKindOfTableCanBeGiven() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
      AtomicInteger closed = new AtomicInteger();
      List<TableFunction> bodies =
          List.of(
              _ -> numbers(1, 2, 3),
              _ -> Table.of("n", Scalar.BIGINT, memory),
              _ -> Table.ofPieces(PIECES, List.of(numbers(1), numbers(2, 3)).iterator()),
              _ -> Table.ofPieces(PIECES, Stream.of(numbers(1, 2), numbers(3)).onClose(closed::incrementAndGet)),
              _ -> Table.ofPieces(PIECES, () -> List.of(numbers(1, 2, 3)).iterator()),
              _ -> Table.generated(NUMBERS, 3, (part, _) -> once(part + 1)));
      for (TableFunction body : bodies) {
        try (FunctionRegistration f = engine.functions().table("given").register(body)) {
          assertThat(f.isOpen()).isTrue();
          assertThat(values("FROM given() ORDER BY n")).containsExactly(1L, 2L, 3L);
          // Each reading has a table of its own, also of those that can be read once.
          assertThat(value("SELECT count(*) FROM given() a JOIN given() b USING (n)")).isEqualTo(3L);
          assertThat(value("WITH g AS NOT MATERIALIZED (FROM given()) SELECT count(*) FROM g a JOIN g b ON a.n < b.n"))
              .isEqualTo(3L);
          try (PreparedStatement prepared = engine.prepare("SELECT sum(n)::BIGINT FROM given()")) {
            for (int i = 0; i < 3; i++) {
              try (QueryResult result = prepared.query()) {
                assertThat(result.next().int64(0).get(0)).isEqualTo(6);
              }
            }
          }
        }
      }
      assertThat(closed.get()).isPositive();
      try (FunctionRegistration f =
          engine
              .functions()
              .table("points")
              .register(_ -> Table.ofRecords(Point.class, List.of(new Point(1, "a"), new Point(2, "b"))))) {
        assertThat(f.isOpen()).isTrue();
        assertThat(value("SELECT string_agg(name || x, ',' ORDER BY x) FROM points()")).isEqualTo("a1,b2");
      }
    }
  }

  private static GeneratedPart once(long value) {
    boolean[] done = {false};
    return rows -> {
      if (done[0]) {
        return 0;
      }
      done[0] = true;
      rows.column(0).as(Int64Writer.class).set(0, value);
      return 1;
    };
  }

  @Test
  void whatATableHoldsOnToIsLetGoOfOnce() {
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    try (FunctionRegistration f =
        engine
            .functions()
            .table("held")
            .register(_ -> {
              opened.incrementAndGet();
              return Table.ofPieces(PIECES, Stream.of(numbers(1), numbers(2)).onClose(closed::incrementAndGet));
            })) {
      assertThat(f.isOpen()).isTrue();
      value("FROM held()");
      value("SELECT count(*) FROM held() a, held() b");
      assertThat(closed.get()).isEqualTo(opened.get());
      // Not read at all.
      try (QueryResult explained = engine.query("EXPLAIN FROM held()")) {
        explained.next();
      }
      assertThatThrownBy(() -> value("SELECT nothing FROM held()")).isInstanceOf(BinderException.class);
      assertThat(closed.get()).isEqualTo(opened.get());
      try (PreparedStatement prepared = engine.prepare("FROM held()")) {
        prepared.query().close();
        prepared.query().close();
      }
      // Half of it.
      value("FROM held() LIMIT 1");
    }
    engine.close();
    assertThat(opened.get()).isPositive();
    assertThat(closed.get()).isEqualTo(opened.get());
  }

  @Test
  void memoryThatIsGivenStaysAsLongAsItIsRead() {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(ValueLayout.JAVA_LONG, 1_000_000);
    memory.setAtIndex(ValueLayout.JAVA_LONG, 999_999, 7);
    try (FunctionRegistration f =
        engine.functions().table("lent").register(_ -> Table.of("n", Scalar.BIGINT, memory))) {
      assertThat(f.isOpen()).isTrue();
      try (QueryResult result = engine.query("SELECT n FROM lent()")) {
        result.next();
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
      }
      assertThat(value("SELECT max(n) FROM lent()")).isEqualTo(7L);
    }
    // Nobody reads it any more.
    arena.close();
  }

  @Test
  void onlyTheColumnsOfAQueryAreAskedFor() {
    Schema wide =
        new Schema(
            List.of(
                new Field("a", Scalar.BIGINT, true),
                new Field("b", Scalar.VARCHAR, true),
                new Field("c", Scalar.BIGINT, true)));
    List<String> wanted = new ArrayList<>();
    RowGenerator generator =
        (_, columns) -> {
          wanted.add(columns.fields().stream().map(Field::name).toList().toString());
          boolean[] done = {false};
          return rows -> {
            if (done[0]) {
              return 0;
            }
            done[0] = true;
            assertThat(rows.isWanted("b")).isEqualTo(columns.fields().stream().anyMatch(f -> f.name().equals("b")));
            // What is not wanted may be written all the same.
            rows.column("A").as(Int64Writer.class).set(0, 1);
            rows.column(1).setObject(0, "x");
            rows.column("c").setObject(0, 3);
            return 1;
          };
        };
    try (FunctionRegistration f =
        engine.functions().table("projected").register(_ -> Table.generated(wide, 1, generator))) {
      assertThat(f.isOpen()).isTrue();
      assertThat(value("SELECT c FROM projected()")).isEqualTo(3L);
      assertThat(wanted).last().isEqualTo("[c]");
      assertThat(value("SELECT c || b FROM projected()")).isEqualTo("3x");
      assertThat(wanted).last().isIn("[c, b]", "[b, c]");
      assertThat(value("SELECT count(*) FROM projected()")).isEqualTo(1L);
      assertThat(wanted).last().asString().doesNotContain(",");
      assertThat(value("FROM projected()")).isEqualTo(1L);
      assertThat(wanted).last().isEqualTo("[a, b, c]");
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1000000", "7, 100000", "64, 20000", "5000, 3"})
  void severalPartsGiveEachRowOnce(int parts, long rows) {
    try (FunctionRegistration f = counted()) {
      assertThat(f.isOpen()).isTrue();
      long total = parts * rows;
      String call = "counted(" + parts + ", rows := " + rows + ")";
      assertThat(value("SELECT count(*) FROM " + call)).isEqualTo(total);
      assertThat(value("SELECT count(DISTINCT n) FROM " + call)).isEqualTo(total);
      assertThat(value("SELECT sum(n)::BIGINT FROM " + call)).isEqualTo(total * (total - 1) / 2);
      engine.execute("CREATE OR REPLACE TABLE made AS FROM " + call);
      assertThat(value("SELECT count(*) FROM made WHERE n <> rowid")).isEqualTo(0L);
      // A result has the rows in their order.
      long expected = 0;
      try (QueryResult result = engine.query("FROM " + call)) {
        for (RecordBatch batch : result) {
          Int64Column n = batch.int64("n");
          for (long row = 0; row < batch.rowCount(); row++) {
            assertThat(n.get(row)).isEqualTo(expected++);
          }
        }
      }
      assertThat(expected).isEqualTo(total);
    }
  }

  @Test
  void whatIsThrownIsTheCauseOfTheQuerysFailure() {
    List<TableFunction> bodies =
        List.of(
            _ -> {
              throw new Boom("at bind");
            },
            _ ->
                Table.generated(
                    NUMBERS,
                    4,
                    (part, _) -> {
                      throw new Boom("at open " + part);
                    }),
            _ ->
                Table.generated(
                    NUMBERS,
                    4,
                    (_, _) ->
                        _ -> {
                          throw new Boom("at write");
                        }),
            _ ->
                Table.ofPieces(
                    PIECES,
                    () -> {
                      throw new Boom("at first");
                    }),
            _ ->
                Table.ofPieces(
                    PIECES,
                    Stream.of(1, 2)
                        .map(i -> {
                          if (i == 2) {
                            throw new Boom("at second");
                          }
                          return numbers(i);
                        })));
    for (TableFunction body : bodies) {
      try (FunctionRegistration f = engine.functions().table("boom").register(body);
          Session session = engine.session()) {
        assertThat(f.isOpen()).isTrue();
        List<Runnable> ways =
            List.of(
                () -> value("SELECT sum(n) FROM boom()"),
                () -> engine.execute("CREATE OR REPLACE TABLE made AS FROM boom()"),
                () -> session.execute("SELECT count(*) FROM boom() a, boom() b"),
                () -> engine.sql("FROM boom()").forEachUnordered(_ -> {}));
        for (Runnable way : ways) {
          ExecutionException e = catchThrowableOfType(ExecutionException.class, way::run);
          assertThat(e).isNotNull().hasMessageContaining("the function 'boom' failed").hasMessageContaining("Boom: at");
          assertThat(e.getMessage()).doesNotContain("[dataprism:");
          assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_FAILED);
          assertThat(e.getCause()).isInstanceOf(Boom.class);
          assertThat(e.getCause().getStackTrace())
              .anyMatch(frame -> frame.getClassName().contains("TableFunctionTest"));
        }
        assertThat(value("SELECT 1")).isEqualTo(1);
      }
    }
    TableFunction nothing = _ -> null;
    try (FunctionRegistration f = engine.functions().table("nothing").register(nothing)) {
      assertThat(f.isOpen()).isTrue();
      assertThatThrownBy(() -> value("FROM nothing()"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void rowsThatAreNotWrittenAreNull() {
    Schema schema = new Schema(List.of(new Field("n", Scalar.BIGINT, true), new Field("t", Scalar.VARCHAR, true)));
    RowGenerator generator =
        (_, _) -> {
          int[] batch = {0};
          return rows -> {
            if (batch[0]++ == 3) {
              return 0;
            }
            rows.column("n").as(Int64Writer.class).set(5, 5);
            rows.column("t").setObject(2, "two");
            return 10_000;
          };
        };
    try (FunctionRegistration f =
        engine.functions().table("sparse").register(_ -> Table.generated(schema, 1, generator))) {
      assertThat(f.isOpen()).isTrue();
      assertThat(value("SELECT count(n)::VARCHAR || ' ' || count(t) || ' ' || count(*) FROM sparse()"))
          .isEqualTo("3 3 30000");
    }
    RowGenerator wrong =
        (_, _) ->
            rows -> {
              rows.column("n").as(Int64Writer.class).set(5, 5);
              return 2;
            };
    RowGenerator negative = (_, _) -> _ -> -1;
    RowGenerator unknown = (_, _) -> rows -> rows.column("x").rowCount() == 0 ? 0 : 1;
    RowGenerator other = (_, _) -> rows -> rows.column("t").as(Int64Writer.class).rowCount() == 0 ? 0 : 1;
    for (RowGenerator generated : List.of(wrong, negative, unknown, other)) {
      try (FunctionRegistration f =
          engine.functions().table("refused").register(_ -> Table.generated(schema, 1, generated))) {
        assertThat(f.isOpen()).isTrue();
        assertThatThrownBy(() -> value("SELECT count(*) FROM refused()"))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(RuntimeException.class);
      }
    }
  }

  @Test
  void aQueryThatIsStoppedEndsSoon() {
    AtomicInteger open = new AtomicInteger();
    RowGenerator endless =
        (_, _) -> {
          open.incrementAndGet();
          return new GeneratedPart() {
            @Override
            public int write(GeneratedRows rows) throws Exception {
              TimeUnit.MILLISECONDS.sleep(1);
              rows.column(0).setObject(0, 1);
              return 100;
            }

            @Override
            public void close() {
              open.decrementAndGet();
            }
          };
        };
    try (FunctionRegistration f =
        engine.functions().table("endless").register(_ -> Table.generated(NUMBERS, 8, endless))) {
      assertThat(f.isOpen()).isTrue();
      long begin = System.nanoTime();
      assertThatThrownBy(
              () -> engine.sql("SELECT sum(n) FROM endless()").timeLimit(Duration.ofMillis(100)).run().next())
          .isInstanceOf(TimeLimitException.class);
      CompletableFuture<QueryResult> future = engine.queryAsync("CREATE TABLE x AS FROM endless()");
      assertThat(future.cancel(true)).isTrue();
      assertThat(value("SELECT count(*) FROM (FROM endless() LIMIT 1000)")).isEqualTo(1000L);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }
    engine.close();
    assertThat(open.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aFunctionMayQuery(int threads) {
    try (Engine small = Engine.builder().threads(threads).open()) {
      small.execute("CREATE TABLE t AS SELECT range AS i FROM range(300_000)");
      FunctionRegistration asks =
          small
              .functions()
              .table("asks")
              .register(_ -> {
                long count = (Long) value(small, "SELECT count(*) FROM t");
                return Table.generated(NUMBERS, 2, (_, _) -> once(count + (Long) value(small, "SELECT max(i) FROM t")));
              });
      assertThat(value(small, "SELECT sum(n)::BIGINT FROM asks()")).isEqualTo(2 * 599_999L);
      FunctionRegistration nested =
          small.functions().table("nested").register(_ -> numbers((Long) value(small, "SELECT max(n) FROM asks()")));
      assertThat(value(small, "SELECT max(n) FROM nested()")).isEqualTo(599_999L);
      assertThat(asks.isOpen() && nested.isOpen()).isTrue();
      assertThat(small.liveHandles().results()).isZero();
    }
  }

  @Test
  void neitherAFunctionNorItsRowsCanCloseWhatTheyRunIn() {
    try (Session session = engine.session()) {
      AtomicReference<FunctionRegistration> self = new AtomicReference<>();
      List<Throwable> refused = new ArrayList<>();
      Runnable closeAll =
          () -> {
            for (AutoCloseable parent : List.of(session, engine, self.get())) {
              try {
                parent.close();
              } catch (Exception e) {
                synchronized (refused) {
                  refused.add(e);
                }
              }
            }
          };
      FunctionRegistration f =
          engine
              .functions()
              .table("closes")
              .register(_ -> {
                closeAll.run();
                return Table.generated(
                    NUMBERS,
                    1,
                    (_, _) -> {
                      closeAll.run();
                      try (Session own = engine.session()) {
                        own.execute("SELECT 1");
                      }
                      return once(5);
                    });
              });
      self.set(f);
      try (QueryResult result = session.query("FROM closes()")) {
        assertThat(result.next().int64(0).get(0)).isEqualTo(5L);
      }
      assertThat(refused).hasSizeGreaterThanOrEqualTo(6).allMatch(e -> e instanceof BusyException);
      assertThat(f.isOpen()).isTrue();
      f.close();
    }
  }

  @Test
  void closingWaitsForCallsAndStopsTheRest() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    FunctionRegistration f =
        engine
            .functions()
            .table("held")
            .register(_ ->
                Table.generated(
                    NUMBERS,
                    4,
                    (_, _) ->
                        rows -> {
                          running.incrementAndGet();
                          entered.countDown();
                          try {
                            go.await();
                          } finally {
                            running.decrementAndGet();
                          }
                          rows.column(0).setObject(0, 1);
                          return 1;
                        }));
    CompletableFuture<Object> query =
        CompletableFuture.supplyAsync(() -> value("SELECT sum(n) FROM held()"), OWN_THREAD);
    entered.await();
    CompletableFuture<Integer> closed =
        CompletableFuture.supplyAsync(
            () -> {
              f.close();
              return running.get();
            },
            OWN_THREAD);
    assertThatThrownBy(() -> closed.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    go.countDown();
    assertThat(closed.get(10, TimeUnit.SECONDS)).isZero();
    assertThatThrownBy(query::join).hasCauseInstanceOf(ClosedException.class);
  }

  @Test
  void aClosedFunctionIsRefusedAndTheNextOneIsCalled() {
    try (PreparedStatement prepared = engine.prepare("SELECT 1");
        Session session = engine.session()) {
      assertThat(prepared).isNotNull();
      PreparedStatement statement;
      try (FunctionRegistration first = engine.functions().table("f").register(_ -> numbers(1))) {
        assertThat(first.isOpen()).isTrue();
        statement = engine.prepare("SELECT n FROM f()");
        try (QueryResult result = statement.query()) {
          assertThat(result.next().int64(0).get(0)).isOne();
        }
      }
      assertThatThrownBy(() -> value("FROM f()")).isInstanceOf(ClosedException.class).hasMessageContaining("f()");
      assertThatThrownBy(() -> statement.query().next()).isInstanceOf(ClosedException.class);
      try (FunctionRegistration second = engine.functions().table("F").register(_ -> numbers(2))) {
        assertThat(second.isOpen()).isTrue();
        try (QueryResult result = statement.query()) {
          assertThat(result.next().int64(0).get(0)).isEqualTo(2);
        }
      }
      try (FunctionRegistration third =
          engine.functions().table("f").register(_ -> Table.builder().column("m", new int[1]).build())) {
        assertThat(third.isOpen()).isTrue();
        assertThatThrownBy(() -> statement.query().next()).isInstanceOf(DataPrismException.class);
        assertThat(value("SELECT m FROM f()")).isEqualTo(0);
      }
      statement.close();
      assertThat(session.isClosed()).isFalse();
    }
  }

  @Test
  void namesThatAreTakenAreRefused() {
    assertThatThrownBy(() -> engine.functions().table("RANGE").register(_ -> numbers(1)))
        .isInstanceOf(CatalogException.class);
    try (FunctionRegistration f = counted()) {
      assertThat(f.isOpen()).isTrue();
      assertThatThrownBy(this::counted).isInstanceOf(CatalogException.class).hasMessageContaining("already");
      // Functions of values have names of their own, and other types by position make another function.
      try (FunctionRegistration value = engine.functions().scalar("counted", Long.class, Long.class, x -> -x);
          FunctionRegistration text =
              engine.functions().table("counted").parameter("t", "VARCHAR").register(_ -> numbers(4))) {
        assertThat(value.isOpen() && text.isOpen()).isTrue();
        assertThat(value("SELECT counted(n) FROM counted('x'::VARCHAR)")).isEqualTo(-4L);
        assertThat(value("SELECT count(*) FROM counted(2)")).isEqualTo(2000L);
      }
    }
    // DuckDB keeps the named parameters of a name.
    assertThatThrownBy(() ->
            engine
                .functions()
                .table("counted")
                .parameter("parts", "INTEGER")
                .named("size", "BIGINT")
                .register(_ -> numbers()))
        .isInstanceOf(CatalogException.class)
        .hasMessageContaining("rows := BIGINT");
    // Another default is no other function.
    try (FunctionRegistration f =
        engine
            .functions()
            .table("counted")
            .parameter("p", "INTEGER")
            .named("rows", "BIGINT", 2)
            .register(in -> numbers(in.int32("p").get(0), in.int64("rows").get(0)))) {
      assertThat(f.isOpen()).isTrue();
      assertThat(values("FROM counted(1)")).containsExactly(1L, 2L);
    }
  }

  @Test
  void aThousandRegistrationsLeaveNothing() {
    for (int i = 0; i < 1000; i++) {
      long number = i;
      try (FunctionRegistration f = engine.functions().table("again").register(_ -> numbers(number))) {
        assertThat(value("FROM again()")).isEqualTo(number);
        assertThat(f.isOpen()).isTrue();
      }
    }
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @Test
  void closingTheEngineClosesItsFunctions() {
    FunctionRegistration f;
    try (Engine other = Engine.open()) {
      f = other.functions().table("f").register(_ -> numbers(1));
    }
    assertThat(f.isOpen()).isFalse();
    f.close();
  }

  @Test
  void resultsAreNotKeptInTheCache() {
    try (Engine cached = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open()) {
      String sql = "SELECT n FROM f()";
      for (long number = 0; number < 2; number++) {
        long expected = number;
        try (FunctionRegistration f = cached.functions().table("f").register(_ -> numbers(expected))) {
          for (int i = 0; i < 2; i++) {
            try (QueryResult result = cached.sql(sql).cached().run()) {
              assertThat(result.next().int64(0).get(0)).isEqualTo(expected);
            }
          }
          assertThat(f.isOpen()).isTrue();
        }
      }
      assertThat(cached.cache().statistics().hits()).isZero();
    }
  }

  @Test
  void preparedStatementsBindEachRun() {
    try (FunctionRegistration f = counted();
        PreparedStatement statement = engine.prepare("SELECT count(*) FROM counted($1, rows := $2)")) {
      assertThat(f.isOpen()).isTrue();
      for (int i = 1; i < 20; i++) {
        try (QueryResult result = statement.query(i, 100)) {
          assertThat(result.next().int64(0).get(0)).isEqualTo(100L * i);
        }
      }
    }
  }

  @Test
  void aRecursiveQueryReadsTheTableAgainAndAgain() {
    AtomicInteger calls = new AtomicInteger();
    try (FunctionRegistration f =
        engine
            .functions()
            .table("steps")
            .register(_ -> {
              calls.incrementAndGet();
              Iterator<Table> pieces = List.of(numbers(1), numbers(2)).iterator();
              return Table.ofPieces(PIECES, pieces);
            })) {
      assertThat(f.isOpen()).isTrue();
      Object sum =
          value(
              """
              WITH RECURSIVE r(i) AS (
                SELECT 0::BIGINT UNION ALL SELECT i + (SELECT max(n) FROM steps()) - 1 FROM r, steps() s
                WHERE i < 10 AND s.n = 1)
              SELECT max(i) FROM r
              """);
      assertThat(sum).isEqualTo(10L);
      assertThat(calls.get()).isPositive();
    }
  }

  /// Parts that count how many of them are open, and fail now and then.
  private static RowGenerator watched(AtomicInteger open, int failing) {
    RowGenerator counting = counting(20_000);
    return (part, wanted) -> {
      GeneratedPart rows = counting.open(part, wanted);
      open.incrementAndGet();
      return new GeneratedPart() {
        @Override
        public int write(GeneratedRows out) throws Exception {
          if (part == failing) {
            throw new Boom("part " + part);
          }
          return rows.write(out);
        }

        @Override
        public void close() {
          open.decrementAndGet();
        }
      };
    };
  }

  @Test
  void manyThreadsReadStopAndFailWhileTheFunctionComesAndGoes() throws Exception {
    Long replayed = Long.getLong(SEED_PROPERTY);
    long seed = replayed != null ? replayed : new SplittableRandom().nextLong();
    IO.println("-D" + SEED_PROPERTY + "=" + seed);
    SplittableRandom root = new SplittableRandom(seed);
    AtomicInteger open = new AtomicInteger();
    AtomicBoolean ended = new AtomicBoolean();
    TableFunction body =
        in -> Table.generated(NUMBERS, in.int32("parts").get(0), watched(open, in.int32("failing").get(0)));
    Supplier<FunctionRegistration> register =
        () ->
            engine
                .functions()
                .table("watched")
                .parameter("parts", Scalar.INTEGER)
                .named("failing", Scalar.INTEGER, -1)
                .register(body);
    register.get().close();
    SplittableRandom registrations = root.split();
    CompletableFuture<Void> registering =
        CompletableFuture.runAsync(
            () -> {
              while (!ended.get()) {
                try (FunctionRegistration f = register.get()) {
                  assertThat(f.isOpen()).isTrue();
                  pause(registrations.nextInt(20));
                }
              }
            },
            OWN_THREAD);
    List<CompletableFuture<Void>> reading = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      SplittableRandom random = root.split();
      reading.add(
          CompletableFuture.runAsync(
              () -> {
                for (int round = 0; round < 60; round++) {
                  readWatched(random);
                }
              },
              OWN_THREAD));
    }
    try {
      for (CompletableFuture<Void> each : reading) {
        each.join();
      }
    } finally {
      ended.set(true);
    }
    registering.join();
    engine.close();
    assertThat(open.get()).isZero();
  }

  private void readWatched(SplittableRandom random) {
    int parts = 1 + random.nextInt(20);
    String call = "watched(" + parts + (random.nextInt(4) == 0 ? ", failing := " + random.nextInt(parts) + ")" : ")");
    long rows = parts * 20_000L;
    try {
      switch (random.nextInt(4)) {
        case 0 -> assertThat(value("SELECT sum(n)::BIGINT FROM " + call)).isEqualTo(rows * (rows - 1) / 2);
        case 1 -> assertThat(value("SELECT count(*) FROM (FROM " + call + " LIMIT 10)")).isEqualTo(10L);
        case 2 -> {
          try (QueryResult result = engine.query("FROM " + call)) {
            result.next();
          }
        }
        default -> {
          CompletableFuture<QueryResult> future = engine.queryAsync("SELECT max(n) FROM " + call);
          pause(random.nextInt(5));
          if (!future.cancel(true)) {
            future.join().close();
          }
        }
      }
    } catch (ClosedException e) {
      assertThat(e).hasMessageContaining("watched");
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(Boom.class);
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOfAny(ClosedException.class, ExecutionException.class);
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
