package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.job.JobTarget;
import io.dataprism.metrics.QueryMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Prepared statements and named parameters.
// Closing by hand is what some of these tests are about.
@SuppressWarnings("try")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class PreparedStatementTest {
  private static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static long one(QueryResult result) {
    try (result) {
      RecordBatch batch = result.next();
      assertThat(batch).isNotNull();
      return batch.int64(0).get(0);
    }
  }

  @Test
  void parametersHaveNamesInAnyCase() {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      Map<String, Long> values = Map.of("PRICE", 6L, "count", 7L);
      assertThat(one(engine.query("SELECT $price * $count", values))).isEqualTo(42);
      assertThat(one(session.query("SELECT $price * $count", values))).isEqualTo(42);
      Map<String, Object> withNull = new HashMap<>();
      withNull.put("a", null);
      assertThat(one(engine.query("SELECT count($a)", withNull))).isZero();
    }
  }

  @Test
  void aNameThatDoesNotFitIsNamed() {
    try (Engine engine = Engine.open()) {
      assertThatThrownBy(() -> engine.query("SELECT $price", Map.of("prize", 1)))
          .isInstanceOf(DataPrismException.class)
          .hasMessageContaining("prize");
      assertThatThrownBy(() -> engine.query("SELECT $price", Map.of("price", new Object())))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("$price");
    }
  }

  @Test
  void aStatementTellsItsParameters() {
    try (Engine engine = Engine.open();
        PreparedStatement named = engine.prepare("SELECT $b, $a, $b");
        PreparedStatement numbered = engine.prepare("SELECT ?, ?")) {
      assertThat(named.parameters()).containsExactlyInAnyOrder("a", "b");
      assertThat(numbered.parameters()).containsExactly("1", "2");
      try (QueryResult result = named.with(Map.of("a", 1L, "b", 2L)).run()) {
        assertThat(result.next().int64(1).get(0)).isEqualTo(1);
      }
    }
  }

  @Test
  void whatCannotBePreparedSaysSoAtOnce() {
    try (Engine engine = Engine.open()) {
      assertThatThrownBy(() -> engine.prepare("SELEC 1")).isInstanceOf(SyntaxException.class);
      assertThatThrownBy(() -> engine.prepare("FROM nowhere")).isInstanceOf(CatalogException.class);
      assertThatThrownBy(() -> engine.prepare("SELECT 1; SELECT 2"))
          .isInstanceOf(SyntaxException.class)
          .hasMessageContaining("several");
    }
  }

  @Test
  void aStatementFollowsTheTablesItReads() {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t AS SELECT 1::BIGINT AS n");
      try (PreparedStatement statement = engine.prepare("SELECT n FROM t WHERE n > ?")) {
        assertThat(one(statement.query(0))).isEqualTo(1);
        engine.execute("DROP TABLE t; CREATE TABLE t AS SELECT 'x' AS other, 7::BIGINT AS n");
        assertThat(one(statement.query(0))).isEqualTo(7);
        engine.execute("DROP TABLE t");
        assertThatThrownBy(() -> statement.query(0)).isInstanceOf(CatalogException.class);
        engine.execute("CREATE TABLE t AS SELECT 9::BIGINT AS n");
        assertThat(one(statement.query(0))).isEqualTo(9);
      }
    }
  }

  @Test
  void manyThreadsShareAStatement() throws Exception {
    try (Engine engine = Engine.open();
        PreparedStatement statement = engine.prepare("SELECT ?::BIGINT * 2");
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        long first = thread * 1_000L;
        all.add(
            threads.submit(() -> {
              for (long n = first; n < first + 200; n++) {
                assertThat(one(statement.query(n))).isEqualTo(n * 2);
              }
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  @Test
  void aSessionsStatementSeesWhatIsInTheSession() {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE mine AS SELECT 5::BIGINT AS n");
      assertThatThrownBy(() -> engine.prepare("FROM mine")).isInstanceOf(CatalogException.class);
      try (PreparedStatement statement = session.prepare("FROM mine")) {
        assertThat(one(statement.query())).isEqualTo(5);
        try (QueryResult open = session.query("FROM range(100000)")) {
          assertThat(open.next()).isNotNull();
          assertThatThrownBy(statement::query).isInstanceOf(BusyException.class);
        }
      }
    }
  }

  @Test
  void aBatchIsAllOrNothing() {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (n BIGINT PRIMARY KEY, s VARCHAR)");
      try (PreparedStatement insert = engine.prepare("INSERT INTO t VALUES (?, ?)")) {
        assertThat(insert.executeBatch(List.of(new Object[] {1, "a"}, new Object[] {2, "b"}))).isEqualTo(2);
        assertThat(insert.executeBatch(List.of())).isZero();
        assertThatThrownBy(() -> insert.executeBatch(List.of(new Object[] {3, "c"}, new Object[] {1, "d"})))
            .isInstanceOf(ConstraintException.class)
            .hasMessageContaining("row 1 of the parameters");
        assertThatThrownBy(() -> insert.executeBatch(Arrays.asList(new Object[] {3, "c"}, new Object[] {4})))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("row 1 has 1 values");
        assertThat(one(engine.query("SELECT count(*) FROM t"))).isEqualTo(2);
      }
    }
  }

  @Test
  void aBatchThatIsInterruptedLeavesItsSessionAsItWas() throws Exception {
    try (Engine engine = Engine.open();
        Session session = engine.session();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      session.execute("CREATE TABLE t (n BIGINT); CREATE SEQUENCE s");
      try (PreparedStatement insert =
          session.prepare("INSERT INTO t SELECT count(nextval('s')) FROM range(?::BIGINT)")) {
        List<Object[]> rows = List.of(new Object[] {1L}, new Object[] {1_000_000_000_000L});
        Future<Long> batch = other.submit(() -> insert.executeBatch(rows));
        // The new rows are seen by nobody else; how far the sequence is tells that DuckDB runs the second statement.
        while (one(engine.query("SELECT coalesce(max(last_value), 0) FROM duckdb_sequences()")) < 2) {
          assertThat(batch.isDone()).isFalse();
        }
        session.interrupt();
        assertThatThrownBy(batch::get).hasCauseInstanceOf(InterruptedQueryException.class);
        assertThat(one(session.query("SELECT count(*) FROM t"))).isZero();
        try (Transaction transaction = session.begin()) {
          transaction.execute("INSERT INTO t VALUES (1)");
          transaction.commit();
        }
        assertThat(insert.executeBatch(List.<Object[]>of(new Object[] {1L}))).isEqualTo(1);
        assertThat(one(session.query("SELECT count(*) FROM t"))).isEqualTo(2);
      }
    }
  }

  @Test
  void aBatchMayHaveItsValuesByName() {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (n BIGINT, tags VARCHAR[])");
      try (PreparedStatement insert = engine.prepare("INSERT INTO t VALUES ($n, $tags)")) {
        Map<String, Object> first = Map.of("tags", List.of("a", "b"), "N", 1L);
        Map<String, Object> second = Map.of("n", 2L, "tags", List.of());
        assertThat(insert.namedBatch(List.of(first, second)).execute()).isEqualTo(2);
        assertThat(one(engine.query("SELECT sum(n)::BIGINT FROM t WHERE len(tags) = 2"))).isEqualTo(1);
        Map<String, Object> misnamed = Map.of("n", 2L, "tag", List.of());
        assertThatThrownBy(() -> insert.namedBatch(List.of(first, misnamed)).execute())
            .isInstanceOf(DataPrismException.class)
            .hasMessageContaining("row 1 of the parameters")
            .hasMessageContaining("tag");
        assertThatThrownBy(() -> insert.namedBatch(List.of(Map.of("n", 3L))))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("row 0 has 1 values");
        assertThat(one(engine.query("SELECT count(*) FROM t"))).isEqualTo(2);
      }
    }
  }

  /// More rows than are laid out at once.
  @Test
  void aLongBatchIsAllOrNothingToo() {
    int rows = 10_000;
    List<Object[]> values = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      values.add(new Object[] {(long) i});
    }
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (n BIGINT PRIMARY KEY)");
      try (PreparedStatement insert = engine.prepare("INSERT INTO t VALUES (?)")) {
        values.set(9_000, new Object[] {5L});
        assertThatThrownBy(() -> insert.executeBatch(values))
            .isInstanceOf(ConstraintException.class)
            .hasMessageContaining("row 9000 of the parameters");
        values.set(9_000, new Object[] {List.of(1, "x")});
        assertThatThrownBy(() -> insert.executeBatch(values))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("row 9000 of the parameters: parameter 1[1] of type java.lang.String");
        assertThat(one(engine.query("SELECT count(*) FROM t"))).isZero();
        values.set(9_000, new Object[] {9_000L});
        assertThat(insert.executeBatch(values)).isEqualTo(rows);
        assertThat(one(engine.query("SELECT count(*) FROM t"))).isEqualTo(rows);
      }
    }
  }

  @Test
  void aBatchHasTheOptionsOfAQuery() throws Exception {
    List<Object[]> rows = Collections.nCopies(20_000, new Object[] {1L});
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (n BIGINT)");
      try (PreparedStatement insert = engine.prepare("INSERT INTO t VALUES (?)")) {
        assertThatThrownBy(() -> insert.batch(rows).timeLimit(Duration.ofMillis(20)).execute())
            .isInstanceOf(TimeLimitException.class);
        assertThat(one(engine.query("SELECT count(*) FROM t"))).isZero();

        List<Progress> progress = new CopyOnWriteArrayList<>();
        CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
        Query batch = insert.batch(rows).onProgress(progress::add).onMetrics(metrics::complete);
        assertThat(batch.executeAsync().get(1, TimeUnit.MINUTES)).isEqualTo(20_000);
        assertThat(metrics.get(1, TimeUnit.MINUTES).changedRows()).isEqualTo(20_000);
        assertThat(progress).anySatisfy(told -> assertThat(told.fraction()).isStrictlyBetween(0.0, 1.0));

        assertThatThrownBy(batch::run).isInstanceOf(InvalidInputException.class).hasMessageContaining("no rows");
        assertThatThrownBy(() -> batch.with(1L).execute())
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("in its rows");
        assertThatThrownBy(() -> batch.inBackground(JobTarget.none()))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("in the background");
        assertThat(one(engine.query("SELECT count(*) FROM t"))).isEqualTo(20_000);
      }
      try (PreparedStatement none = engine.prepare("INSERT INTO t VALUES (1)")) {
        assertThatThrownBy(() -> none.batch(List.of()))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("no parameters");
      }
    }
  }

  @Test
  void aClosedStatementSaysSo() {
    try (Engine engine = Engine.open()) {
      PreparedStatement statement = engine.prepare("SELECT 1::BIGINT");
      QueryResult result = statement.query();
      statement.close();
      statement.close();
      assertThat(one(result)).isEqualTo(1);
      assertThat(statement.isClosed()).isTrue();
      assertThatThrownBy(statement::query).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void closingTheEngineClosesItsStatements() {
    PreparedStatement statement;
    try (Engine engine = Engine.open()) {
      statement = engine.prepare("SELECT 1");
      assertThat(engine.liveHandles().statements()).isEqualTo(1);
    }
    assertThat(statement.isClosed()).isTrue();
  }

  @Test
  void closingAStatementStopsWhatRunsIt() throws Exception {
    try (Engine engine = Engine.open();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      PreparedStatement statement = engine.prepare(ENDLESS);
      CountDownLatch running = new CountDownLatch(1);
      Future<Long> endless = other.submit(() -> statement.with().onProgress(progress -> running.countDown()).execute());
      running.await();
      statement.close();
      assertThatThrownBy(endless::get).hasCauseInstanceOf(DataPrismException.class);
    }
  }

  @Test
  void aStatementRunsWithinATimeLimit() {
    try (Engine engine = Engine.open();
        PreparedStatement statement = engine.prepare(ENDLESS)) {
      assertThatThrownBy(() -> statement.with().timeLimit(Duration.ofMillis(50)).execute())
          .isInstanceOf(TimeLimitException.class);
      assertThatThrownBy(() -> statement.query(1)).isInstanceOfAny(BinderException.class, InvalidInputException.class);
    }
  }

  @Test
  void anInterruptedThreadGetsItsStatementStopped() throws Exception {
    try (Engine engine = Engine.open();
        PreparedStatement statement = engine.prepare(ENDLESS)) {
      Thread here = Thread.currentThread();
      Query endless = statement.with().onProgress(progress -> here.interrupt());
      assertThatThrownBy(endless::execute).isInstanceOf(InterruptedQueryException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
