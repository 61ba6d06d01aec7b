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
import io.dataprism.column.Column;
import io.dataprism.column.Float64Column;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.ExecutionException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.job.JobTarget;
import io.dataprism.schema.DataType.Scalar;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarFunctionTest {
  private static final Executor OWN_THREAD = task -> Thread.ofPlatform().start(task);

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

  private FunctionRegistration fma() {
    return engine
        .functions()
        .scalar("fma")
        .parameter("a", Scalar.DOUBLE)
        .parameter("b", Scalar.DOUBLE)
        .parameter("c", Scalar.DOUBLE)
        .returns(Scalar.DOUBLE)
        .vectorized((in, out) -> {
          Float64Column a = in.float64("a");
          Float64Column b = in.float64("b");
          Float64Column c = in.float64("c");
          for (long row = 0; row < in.rowCount(); row++) {
            out.setDouble(row, a.get(row) * b.get(row) + c.get(row));
          }
        });
  }

  @Test
  void aFunctionOfColumnsGivesWhatSqlDoes() {
    try (FunctionRegistration fma = fma()) {
      assertThat(fma.name()).isEqualTo("fma");
      assertThat(fma.isOpen()).isTrue();
      Object wrong =
          value(
              """
              SELECT count(*) FILTER (fma(x, y, z) IS DISTINCT FROM x * y + z) FROM (
                SELECT i / 7 AS x, CASE WHEN i % 5 <> 0 THEN i::DOUBLE END AS y, hash(i)::DOUBLE AS z
                FROM range(100_000) t(i) WHERE i % 3 <> 0)
              """);
      assertThat(wrong).isEqualTo(0L);
      assertThat(value("SELECT fma(2, 3, 4)")).isEqualTo(10.0);
      assertThat(value("SELECT fma(2, NULL, 4)")).isNull();
      assertThat(engine.liveHandles().functions()).isOne();
    }
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @Test
  void lambdasTakeAndGiveObjects() {
    try (FunctionRegistration twice = engine.functions().scalar("twice", Long.class, Long.class, x -> 2 * x);
        FunctionRegistration join =
            engine.functions().scalar("glue", String.class, Integer.class, String.class, (text, n) -> text + n);
        FunctionRegistration all =
            engine
                .functions()
                .scalar(
                    "within",
                    Double.class,
                    Double.class,
                    Double.class,
                    Boolean.class,
                    (x, low, high) -> low <= x && x < high)) {
      assertThat(value("SELECT twice(21)")).isEqualTo(42L);
      assertThat(value("SELECT glue('día', 7)")).isEqualTo("día7");
      assertThat(value("SELECT within(1.5, 1, 2)")).isEqualTo(true);
      assertThat(value("SELECT twice(NULL)")).isNull();
      assertThat(values("SELECT twice(i) FROM range(3) t(i)")).containsExactly(0L, 2L, 4L);
      assertThat(List.of(twice.name(), join.name(), all.name())).containsExactly("twice", "glue", "within");
    }
  }

  @Test
  void whatIsNotWrittenIsNull() {
    try (FunctionRegistration even =
            engine
                .functions()
                .scalar("even_only")
                .parameter("x", Scalar.BIGINT)
                .returns(Scalar.BIGINT)
                .vectorized((in, out) -> {
                  for (long row = in.rowCount() - 1; row >= 0; row--) {
                    if (in.int64(0).get(row) % 2 == 0) {
                      out.setLong(row, in.int64(0).get(row));
                    }
                  }
                });
        FunctionRegistration nothing =
            engine
                .functions()
                .scalar("nothing")
                .parameter("x", Scalar.BIGINT)
                .returns(Scalar.VARCHAR)
                .vectorized((in, out) -> {});
        FunctionRegistration taken =
            engine
                .functions()
                .scalar("taken_back")
                .parameter("x", Scalar.BIGINT)
                .returns(Scalar.INTEGER)
                .vectorized((in, out) -> {
                  for (long row = 0; row < in.rowCount(); row++) {
                    out.setInt(row, (int) row);
                  }
                  for (long row = 0; row < in.rowCount(); row += 3) {
                    out.setNull(row);
                  }
                })) {
      assertThat(
              value(
                  "SELECT count(*) FROM range(5000) t(i) WHERE even_only(i) IS DISTINCT FROM CASE WHEN i % 2 = 0 THEN i"
                      + " END"))
          .isEqualTo(0L);
      assertThat(value("SELECT count(nothing(i)) FROM range(5000) t(i)")).isEqualTo(0L);
      assertThat(values("SELECT taken_back(i) FROM range(7) t(i)")).containsExactly(null, 1, 2, null, 4, 5, null);
      assertThat(List.of(even.isOpen(), nothing.isOpen(), taken.isOpen())).containsOnly(true);
    }
  }

  @Test
  void resultsCanBeWrittenToMemory() {
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar("raw")
            .parameter("x", Scalar.DOUBLE)
            .returns(Scalar.DOUBLE)
            .vectorized((in, out) -> {
              MemorySegment values = out.values();
              MemorySegment.copy(in.float64(0).values(), 0, values, 0, values.byteSize());
              out.setAll();
            })) {
      assertThat(value("SELECT count(*) FROM range(10_000) t(i) WHERE raw(i) <> i")).isEqualTo(0L);
      assertThat(f.isOpen()).isTrue();
    }
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar("raw_text")
            .parameter("x", Scalar.DOUBLE)
            .returns(Scalar.VARCHAR)
            .vectorized((in, out) -> out.values())) {
      assertThatThrownBy(() -> value("SELECT raw_text(1)")).hasCauseInstanceOf(InvalidInputException.class);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void whatIsThrownIsTheCauseOfTheQuerysFailure() throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    try (FunctionRegistration f =
            engine
                .functions()
                .scalar(
                    "boom",
                    Long.class,
                    Long.class,
                    x -> {
                      if (x == 190_000) {
                        thread.set(Thread.currentThread());
                        throw new Boom("at " + x);
                      }
                      return x;
                    });
        Session session = engine.session();
        PreparedStatement prepared = engine.prepare("SELECT sum(boom(i)) FROM range($1) t(i)")) {
      String sql = "SELECT sum(boom(i)) FROM range(200_000) t(i)";
      List<Runnable> ways =
          List.of(
              () -> value(sql),
              () -> engine.execute("CREATE OR REPLACE TABLE made AS SELECT boom(i) FROM range(200_000) t(i)"),
              () -> session.execute(sql),
              () -> prepared.query(200_000).close(),
              () -> prepared.query(200_000).next(),
              () -> engine.sql("SELECT boom(i) AS b FROM range(200_000) t(i)").forEachUnordered(_ -> {}));
      int failed = 0;
      for (Runnable way : ways) {
        try {
          way.run();
        } catch (ExecutionException e) {
          failed++;
          assertBoom(e);
        }
      }
      // Closing a result that nobody reads computes nothing.
      assertThat(failed).isGreaterThanOrEqualTo(5);
      CompletionException async =
          catchThrowableOfType(
              CompletionException.class,
              () ->
                  engine
                      .queryAsync("SELECT sum(boom(i)) AS s FROM range(200_000) t(i)")
                      .thenAccept(result -> {
                        try (result) {
                          result.next();
                        }
                      })
                      .join());
      assertBoom(async.getCause());
      CompletionException job =
          catchThrowableOfType(
              CompletionException.class,
              () -> engine.sql(sql).inBackground(JobTarget.table("made_by_a_job")).toFuture().join());
      assertBoom(job.getCause());
      CompletionException published =
          catchThrowableOfType(CompletionException.class, () -> drained(engine.sql(sql).publish()).join());
      assertBoom(published.getCause());
      assertThat(thread.get()).isNotNull();
      assertThat(f.isOpen()).isTrue();
      assertThat(value("SELECT boom(1)")).isEqualTo(1L);
    }
  }

  /// Ends as a publisher does, all of whose batches are asked for.
  private static CompletableFuture<Void> drained(Flow.Publisher<RecordBatch> publisher) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(RecordBatch batch) {
            batch.close();
          }

          @Override
          public void onError(Throwable e) {
            ended.completeExceptionally(e);
          }

          @Override
          public void onComplete() {
            ended.complete(null);
          }
        });
    return ended;
  }

  private static void assertBoom(Throwable e) {
    assertThat(e)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("the function 'boom' failed")
        .hasMessageContaining("at 190000");
    assertThat(((DataPrismException) e).code()).isEqualTo(ErrorCode.FUNCTION_FAILED);
    assertThat(e.getMessage()).doesNotContain("[dataprism:");
    assertThat(e.getCause()).isInstanceOf(Boom.class).hasMessage("at 190000");
    assertThat(e.getCause().getStackTrace()).anyMatch(frame -> frame.getClassName().contains("ScalarFunctionTest"));
  }

  @Test
  void errorsOfTheJvmAreCausesToo() {
    try (FunctionRegistration f = engine.functions().scalar("deep", Long.class, Long.class, ScalarFunctionTest::deep)) {
      assertThatThrownBy(() -> value("SELECT deep(1)"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(StackOverflowError.class);
      assertThat(value("SELECT 1")).isEqualTo(1);
      assertThat(f.isOpen()).isTrue();
    }
  }

  private static long deep(long x) {
    return x == Long.MAX_VALUE ? x : deep(x + 1) + 1;
  }

  @Test
  void aClosedFunctionIsRefused() {
    FunctionRegistration f = engine.functions().scalar("gone", Long.class, Long.class, x -> x);
    try (PreparedStatement prepared = engine.prepare("SELECT gone($1::BIGINT)")) {
      prepared.query(1).close();
      f.close();
      f.close();
      assertThat(f.isOpen()).isFalse();
      assertThatThrownBy(() -> value("SELECT gone(1)"))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("gone(BIGINT)");
      assertThatThrownBy(() -> prepared.query(1).next()).isInstanceOf(ClosedException.class);
      try (FunctionRegistration again = engine.functions().scalar("gone", Long.class, Long.class, x -> -x)) {
        assertThat(value("SELECT gone(1)")).isEqualTo(-1L);
        try (QueryResult result = prepared.query(1)) {
          assertThat(result.next().int64(0).get(0)).isEqualTo(-1L);
        }
        assertThat(again.isOpen()).isTrue();
      }
      try (FunctionRegistration text = engine.functions().scalar("gone", Long.class, String.class, x -> "n" + x)) {
        assertThat(value("SELECT gone(1)")).isEqualTo("n1");
        assertThat(text.isOpen()).isTrue();
      }
    }
  }

  @Test
  void namesThatAreTakenAreRefused() {
    Functions functions = engine.functions();
    assertThatThrownBy(() -> functions.scalar("upper", String.class, String.class, x -> x))
        .isInstanceOf(CatalogException.class)
        .hasMessageContaining("'upper'");
    assertThatThrownBy(() -> functions.scalar("SUM", Long.class, Long.class, x -> x))
        .isInstanceOf(CatalogException.class);
    try (FunctionRegistration f = functions.scalar("mine", Long.class, Long.class, x -> x);
        FunctionRegistration other = functions.scalar("mine", String.class, String.class, x -> x + "!")) {
      assertThatThrownBy(() -> functions.scalar("Mine", Long.class, Double.class, x -> 0.5))
          .isInstanceOf(CatalogException.class)
          .hasMessageContaining("registered already");
      assertThat(value("SELECT mine(5::BIGINT)")).isEqualTo(5L);
      assertThat(value("SELECT mine('a')")).isEqualTo("a!");
      assertThat(f.isOpen() && other.isOpen()).isTrue();
    }
    assertThatThrownBy(() -> functions.scalar("no_type", Object.class, Long.class, _ -> 1L))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> functions.scalar("no_result").vectorized((_, _) -> {}))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> functions.scalar("bad").returns("NO_SUCH_TYPE").vectorized((_, _) -> {}))
        .isInstanceOf(DataPrismException.class);
    assertThatThrownBy(() -> functions.scalar("bad").returns(Scalar.ENUM)).isInstanceOf(InvalidInputException.class);
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @Test
  void nullsCanBePassed() {
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar("or_zero")
            .parameter("x", Scalar.INTEGER)
            .returns(Scalar.INTEGER)
            .nullsPassed()
            .forEachRow((in, row) -> in.int32("x").isNull(row) ? 0 : in.int32("x").get(row))) {
      assertThat(values("SELECT or_zero(CASE WHEN i % 2 = 0 THEN i::INTEGER END) FROM range(4) t(i)"))
          .containsExactly(0, 0, 2, 0);
      assertThat(value("SELECT or_zero(NULL)")).isEqualTo(0);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void volatileFunctionsAreCalledForEachRow() {
    AtomicLong counter = new AtomicLong();
    try (FunctionRegistration next =
        engine
            .functions()
            .scalar("next_number")
            .returns(Scalar.BIGINT)
            .volatileResults()
            .forEachRow((_, _) -> counter.incrementAndGet())) {
      assertThat(value("SELECT count(DISTINCT next_number()) FROM range(10_000)")).isEqualTo(10_000L);
      assertThat(next.isOpen()).isTrue();
    }
    AtomicLong calls = new AtomicLong();
    try (FunctionRegistration fixed =
        engine
            .functions()
            .scalar("fixed_number")
            .returns(Scalar.BIGINT)
            .forEachRow((_, _) -> calls.incrementAndGet())) {
      assertThat(value("SELECT count(DISTINCT fixed_number()) FROM range(10_000)")).isEqualTo(1L);
      assertThat(fixed.isOpen()).isTrue();
    }
  }

  @Test
  void anyNumberOfArgumentsMayFollow() {
    try (FunctionRegistration f =
            engine
                .functions()
                .scalar("sum_all")
                .parameter("scale", Scalar.DOUBLE)
                .variadic(Scalar.BIGINT)
                .returns(Scalar.DOUBLE)
                .forEachRow((in, row) -> {
                  long sum = 0;
                  for (int i = 1; i < in.columnCount(); i++) {
                    sum += in.int64(i).get(row);
                  }
                  return sum * in.float64("scale").get(row);
                });
        FunctionRegistration kinds =
            engine
                .functions()
                .scalar("kinds")
                .variadic("ANY")
                .returns(Scalar.VARCHAR)
                .nullsPassed()
                .forEachRow((in, _) -> {
                  StringBuilder text = new StringBuilder();
                  for (int i = 0; i < in.columnCount(); i++) {
                    text.append(in.column(i).field().type().sql()).append(' ');
                  }
                  return text.toString();
                })) {
      assertThat(value("SELECT sum_all(0.5)")).isEqualTo(0.0);
      assertThat(value("SELECT sum_all(0.5, 1, 2, 3)")).isEqualTo(3.0);
      assertThat(value("SELECT kinds(1, 'a', [1.5], NULL, {'b': true})"))
          .isEqualTo("INTEGER VARCHAR DECIMAL(2,1)[] \"NULL\" STRUCT(b BOOLEAN) ");
      assertThat(f.isOpen() && kinds.isOpen()).isTrue();
    }
  }

  @Test
  void dictionariesConstantsAndSelectionsAreSeenAsTheirValues() {
    engine.execute(
        """
        CREATE TABLE words AS SELECT ['', 'short', 'längerer Text mit 🦆 darin', NULL][1 + i % 4] AS w, i FROM range(20_000) t(i)
        """);
    engine.execute("CHECKPOINT");
    try (FunctionRegistration f =
            engine
                .functions()
                .scalar(
                    "shout",
                    String.class,
                    Long.class,
                    String.class,
                    (text, n) -> text.toUpperCase(java.util.Locale.ROOT) + n);
        FunctionRegistration length =
            engine.functions().scalar("java_length", String.class, Integer.class, String::length)) {
      assertThat(value("SELECT count(*) FROM words WHERE shout(w, i) IS DISTINCT FROM upper(w) || i")).isEqualTo(0L);
      assertThat(value("SELECT count(*) FROM words WHERE i % 7 = 3 AND shout(w, 5) IS DISTINCT FROM upper(w) || 5"))
          .isEqualTo(0L);
      assertThat(value("SELECT sum(java_length('wörter')) FROM words WHERE i < 100"))
          .isEqualTo(value("SELECT 600::HUGEINT"));
      assertThat(f.isOpen() && length.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BOOLEAN",
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
        "BIGNUM",
        "FLOAT",
        "DOUBLE",
        "DECIMAL(4,2)",
        "DECIMAL(9,3)",
        "DECIMAL(18,2)",
        "DECIMAL(38,5)",
        "VARCHAR",
        "BLOB",
        "BIT",
        "UUID",
        "DATE",
        "TIME",
        "TIME_NS",
        "TIMESTAMP",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "TIMESTAMP WITH TIME ZONE",
        "TIME WITH TIME ZONE",
        "INTERVAL",
        "ENUM('low', 'mid', 'high')",
        "INTEGER[]",
        "VARCHAR[][]",
        "INTEGER[3]",
        "STRUCT(a INTEGER, b VARCHAR)",
        "MAP(VARCHAR, INTEGER[])",
        "UNION(n INTEGER, t VARCHAR)",
        "JSON"
      })
  void everyTypeGoesInAndOut(String type) {
    String text =
        switch (type) {
          case "BOOLEAN" -> "CASE WHEN i % 2 = 0 THEN 'true' ELSE 'false' END";
          case "BIT" -> "'0101' || (i % 2)";
          case "UUID" -> "'00000000-1234-5678-9abc-' || lpad(i::VARCHAR, 12, '0')";
          case "DATE" -> "(DATE '1969-12-01' + i::INTEGER)::VARCHAR";
          case "TIME", "TIME_NS" -> "'12:34:' || lpad((i % 60)::VARCHAR, 2, '0')";
          case "TIME WITH TIME ZONE" -> "'12:34:' || lpad((i % 60)::VARCHAR, 2, '0') || '+02'";
          case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" ->
              "'1969-12-31 23:34:' || lpad((i % 60)::VARCHAR, 2, '0')";
          case "TIMESTAMP WITH TIME ZONE" -> "'1969-12-31 23:34:' || lpad((i % 60)::VARCHAR, 2, '0') || '+00'";
          case "INTERVAL" -> "i || ' months 3 days 4 seconds'";
          case "ENUM('low', 'mid', 'high')" -> "['low', 'mid', 'high'][1 + i % 3]";
          case "INTEGER[]" -> "'[1, NULL, ' || i || ']'";
          case "VARCHAR[][]" -> "'[[a, NULL], [], [longer than twelve bytes ' || i || ']]'";
          case "INTEGER[3]" -> "'[1, NULL, ' || i || ']'";
          case "STRUCT(a INTEGER, b VARCHAR)" -> "'{a: ' || i || ', b: x' || i || '}'";
          case "MAP(VARCHAR, INTEGER[])" -> "'{k' || i || '=[1, ' || i || ']}'";
          case "JSON" -> "'{\"a\": ' || i || '}'";
          default -> "(i % 100)::VARCHAR";
        };
    engine.execute(
        "CREATE TABLE typed AS SELECT CASE WHEN i % 7 <> 6 THEN ("
            + text
            + ")::"
            + type
            + " END AS v FROM range(5000) t(i)");
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar("same")
            .parameter("v", type)
            .returns(type)
            .forEachRow((in, row) -> {
              Column column = in.column(0);
              return column.getObject(row);
            })) {
      assertThat(value("SELECT count(*) FROM typed WHERE same(v) IS DISTINCT FROM v")).isEqualTo(0L);
      assertThat(value("SELECT count(same(v)) = count(v) AND count(v) > 4000 FROM typed")).isEqualTo(true);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void columnsEndWithTheirCall() {
    AtomicReference<Float64Column> kept = new AtomicReference<>();
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar("keeps")
            .parameter("x", Scalar.DOUBLE)
            .returns(Scalar.DOUBLE)
            .vectorized((in, out) -> {
              kept.set(in.float64(0));
              out.setDouble(0, in.float64(0).get(0));
            })) {
      assertThat(value("SELECT keeps(1.5)")).isEqualTo(1.5);
      assertThatThrownBy(() -> kept.get().get(0))
          .isInstanceOfAny(IllegalStateException.class, WrongThreadException.class);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void aQueryThatIsStoppedEndsSoon() {
    try (FunctionRegistration slow =
        engine
            .functions()
            .scalar(
                "slow",
                Long.class,
                Long.class,
                x -> {
                  if (x % 2048 == 0) {
                    pause(2);
                  }
                  return x;
                })) {
      long begin = System.nanoTime();
      assertThatThrownBy(() ->
              engine
                  .sql("SELECT sum(slow(i)) FROM range(100_000_000) t(i)")
                  .timeLimit(Duration.ofMillis(200))
                  .run()
                  .next())
          .isInstanceOf(TimeLimitException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
      CompletableFuture<QueryResult> future =
          engine.queryAsync("CREATE TABLE x AS SELECT slow(i) FROM range(100_000_000) t(i)");
      pause(50);
      assertThat(future.cancel(true)).isTrue();
      assertThat(slow.isOpen()).isTrue();
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aFunctionMayQuery(int threads) {
    try (Engine small = Engine.builder().threads(threads).open()) {
      small.execute("CREATE TABLE t AS SELECT range AS i FROM range(300_000)");
      FunctionRegistration asks =
          small
              .functions()
              .scalar("asks")
              .parameter("x", Scalar.BIGINT)
              .returns(Scalar.BIGINT)
              .vectorized((in, out) -> {
                long count = (Long) value(small, "SELECT count(*) FROM t");
                for (long row = 0; row < in.rowCount(); row++) {
                  out.setLong(row, count + in.int64(0).get(row));
                }
              });
      assertThat(value(small, "SELECT min(asks(i)) FROM t")).isEqualTo(300_000L);
      FunctionRegistration nested =
          small
              .functions()
              .scalar(
                  "nested",
                  Long.class,
                  Long.class,
                  x -> x == 7 ? (Long) value(small, "SELECT sum(asks(i))::BIGINT FROM range(5000) t(i)") : x);
      assertThat(value(small, "SELECT max(nested(i)) FROM range(10) t(i)")).isEqualTo(5000L * 300_000 + 4999 * 2500);
      assertThat(asks.isOpen() && nested.isOpen()).isTrue();
      assertThat(small.liveHandles().results()).isZero();
    }
  }

  @Test
  void aFunctionCannotCloseWhatItRunsIn() {
    try (Session session = engine.session()) {
      AtomicReference<FunctionRegistration> self = new AtomicReference<>();
      List<Throwable> refused = new ArrayList<>();
      FunctionRegistration f =
          engine
              .functions()
              .scalar(
                  "closes",
                  Long.class,
                  Long.class,
                  x -> {
                    for (AutoCloseable parent : List.of(session, engine, self.get())) {
                      try {
                        parent.close();
                      } catch (Exception e) {
                        synchronized (refused) {
                          refused.add(e);
                        }
                      }
                    }
                    try (Session own = engine.session()) {
                      own.execute("SELECT 1");
                    }
                    return x;
                  });
      self.set(f);
      try (QueryResult result = session.query("SELECT closes(5)")) {
        assertThat(result.next().int64(0).get(0)).isEqualTo(5L);
      }
      assertThat(refused).isNotEmpty().allMatch(e -> e instanceof BusyException);
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
            .scalar("held")
            .parameter("x", Scalar.BIGINT)
            .returns(Scalar.BIGINT)
            .vectorized((in, out) -> {
              running.incrementAndGet();
              entered.countDown();
              try {
                go.await();
              } finally {
                running.decrementAndGet();
              }
              out.setLong(0, 1);
            });
    CompletableFuture<Object> query =
        CompletableFuture.supplyAsync(() -> value("SELECT sum(held(i)) FROM range(10_000_000) t(i)"), OWN_THREAD);
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
  void aThousandRegistrationsLeaveNothing() {
    for (int i = 0; i < 1000; i++) {
      long number = i;
      try (FunctionRegistration f = engine.functions().scalar("again", Long.class, Long.class, x -> x + number)) {
        assertThat(value("SELECT again(1)")).isEqualTo(1L + number);
        assertThat(f.isOpen()).isTrue();
      }
    }
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @Test
  void closingTheEngineClosesItsFunctions() {
    FunctionRegistration f;
    try (Engine other = Engine.open()) {
      f = other.functions().scalar("f", Long.class, Long.class, x -> x);
    }
    assertThat(f.isOpen()).isFalse();
    f.close();
  }

  @Test
  void severalThreadsCallAFunction() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    engine.execute("CREATE TABLE many AS SELECT range AS i FROM range(2_000_000)");
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar(
                "who",
                Long.class,
                Long.class,
                x -> {
                  threads.add(Thread.currentThread());
                  return x;
                })) {
      assertThat(value("SELECT sum(who(i))::BIGINT FROM many")).isEqualTo(1_999_999L * 1_000_000);
      assertThat(threads).hasSize(2);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void resultsAreNotKeptInTheCache() {
    try (Engine cached = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open()) {
      String sql = "SELECT f(1) AS v";
      try (FunctionRegistration f = cached.functions().scalar("f", Integer.class, Integer.class, x -> x)) {
        for (int i = 0; i < 2; i++) {
          try (QueryResult result = cached.sql(sql).cached().run()) {
            assertThat(result.next().int32(0).get(0)).isEqualTo(1);
          }
        }
        assertThat(f.isOpen()).isTrue();
      }
      assertThat(cached.cache().statistics().hits()).isZero();
      try (FunctionRegistration f = cached.functions().scalar("f", Integer.class, Integer.class, x -> -x);
          QueryResult result = cached.sql(sql).cached().run()) {
        assertThat(result.next().int32(0).get(0)).isEqualTo(-1);
        assertThat(f.isOpen()).isTrue();
      }
    }
  }

  @Test
  void valuesAreReadInPlace() {
    try (FunctionRegistration f =
        engine
            .functions()
            .scalar("sum_bits")
            .parameter("x", Scalar.BIGINT)
            .returns(Scalar.BIGINT)
            .vectorized((in, out) -> {
              MemorySegment values = in.int64(0).values();
              for (long row = 0; row < in.rowCount(); row++) {
                out.setLong(row, Long.bitCount(values.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, row)));
              }
            })) {
      assertThat(value("SELECT count(*) FROM range(10_000) t(i) WHERE sum_bits(i) <> bit_count(i)")).isEqualTo(0L);
      assertThat(f.isOpen()).isTrue();
    }
  }
}
