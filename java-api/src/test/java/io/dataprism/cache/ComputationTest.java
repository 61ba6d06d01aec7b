package io.dataprism.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.Query;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Session;
import io.dataprism.error.BinderException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.memory.MemoryBudget;
import io.dataprism.metrics.QueryMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Values that were computed from rows, and when they are computed again.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ComputationTest {
  private static final long MEGABYTE = 1 << 20;

  private final AtomicInteger computed = new AtomicInteger();

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
    assertThat(MemoryBudget.ofProcess().usage().cache()).isZero();
  }

  private static Engine open() {
    return Engine.builder().cache(CacheOptions.ofBytes(MEGABYTE)).open();
  }

  private Long sum(QueryResult rows) {
    computed.incrementAndGet();
    long sum = 0;
    for (RecordBatch batch : rows) {
      for (int row = 0; row < batch.rowCount(); row++) {
        sum += batch.int64(0).get(row);
      }
    }
    // Not one of those that the runtime shares.
    return sum + 1_000_000;
  }

  private Long sum(Query query) {
    return query.compute("sum", this::sum, value -> Long.BYTES);
  }

  private static List<Long> counts(Engine engine) {
    CacheStatistics now = engine.cache().statistics();
    return List.of(now.hits(), now.misses(), now.bypassed(), now.invalidations());
  }

  @Test
  void aValueIsComputedOnceUntilWhatItWasComputedFromChanges() {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS x FROM range(40_000); CREATE TABLE other (x INT)");
      Query query = engine.sql("SELECT x FROM t");
      Long first = sum(query);
      assertThat(first).isEqualTo(1_000_000 + 39_999L * 20_000);
      assertThat(sum(query)).isSameAs(first);
      engine.execute("INSERT INTO other VALUES (1)");
      assertThat(sum(query)).isSameAs(first);
      assertThat(counts(engine)).containsExactly(2L, 1L, 0L, 0L);
      engine.execute("INSERT INTO t VALUES (1)");
      assertThat(sum(query)).isEqualTo(first + 1);
      assertThat(counts(engine)).containsExactly(2L, 2L, 0L, 1L);
      engine.cache().clear();
      assertThat(sum(query)).isEqualTo(first + 1);
      assertThat(counts(engine)).containsExactly(2L, 3L, 0L, 1L);
      assertThat(computed).hasValue(3);
    }
  }

  @Test
  void aValueIsFoundByTheNameAndTheSqlAndTheParameters() {
    try (Engine engine = open();
        PreparedStatement statement = engine.prepare("SELECT $1::BIGINT")) {
      Long one = sum(engine.sql("SELECT $1::BIGINT").with(1));
      assertThat(sum(statement.with(1))).isSameAs(one);
      assertThat(sum(engine.sql("SELECT $1::BIGINT").with(2))).isEqualTo(one + 1);
      assertThat(sum(engine.sql("SELECT  $1::BIGINT").with(1))).isNotSameAs(one);
      String other =
          engine.sql("SELECT $1::BIGINT").with(1).compute("schema", rows -> rows.schema().toString(), x -> 8);
      assertThat(other).isNotEmpty();
      assertThat(counts(engine)).containsExactly(1L, 4L, 0L, 0L);
      // The rows themselves are not kept.
      engine.sql("SELECT $1::BIGINT").with(1).cached().run().close();
      assertThat(counts(engine)).containsExactly(1L, 5L, 0L, 0L);
      assertThat(sum(engine.sql("SELECT $1::BIGINT").with(1).cached())).isSameAs(one);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT (random() * 100)::BIGINT",
        "SELECT nextval('s')",
        "SELECT count(*) FROM duckdb_tables()",
        "SELECT 1::BIGINT; SELECT 2::BIGINT",
        "INSERT INTO t VALUES (1) RETURNING x",
      })
  void ofWhatMayNotBeKeptNoValueIsKept(String sql) {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t (x BIGINT); CREATE SEQUENCE s");
      sum(engine.sql(sql));
      sum(engine.sql(sql));
      assertThat(computed).hasValue(2);
      assertThat(counts(engine)).containsExactly(0L, 0L, 2L, 0L);
      assertThat(engine.cache().statistics().entries()).isZero();
    }
  }

  @Test
  void valuesAreBoundedByTheirBytesTogetherWithRows() {
    try (Engine engine = open()) {
      for (int i = 0; i < 50; i++) {
        engine.sql("SELECT $1::BIGINT").with(i).compute("large", this::sum, value -> 80_000);
        engine.sql("SELECT range + " + i + " AS x FROM range(10_000)").cached().run().close();
        CacheStatistics now = engine.cache().statistics();
        assertThat(now.bytes()).isBetween(now.entries() * 80_000, MEGABYTE);
        assertThat(now.entries() + now.evictions()).isEqualTo(2L * (i + 1));
        long reserved = MemoryBudget.ofProcess().usage().cache();
        assertThat(reserved).isBetween(now.entries() * 80_000, now.bytes());
      }
      assertThat(engine.cache().statistics().evictions()).isGreaterThan(60);
      engine.cache().clear();
      assertThat(engine.cache().statistics().bytes()).isZero();
      assertThat(MemoryBudget.ofProcess().usage().cache()).isZero();
    }
  }

  @Test
  void whatIsTooLargeIsGivenAndNotKept() {
    CacheOptions options = CacheOptions.ofBytes(MEGABYTE).withMaxEntryBytes(10_000);
    try (Engine engine = Engine.builder().cache(options).open()) {
      Long kept = sum(engine.sql("SELECT 1::BIGINT"));
      Query query = engine.sql("SELECT 2::BIGINT");
      for (long bytes : new long[] {10_000, Long.MAX_VALUE}) {
        assertThat(query.<Long>compute("sum", this::sum, value -> bytes)).isEqualTo(1_000_002);
      }
      CacheStatistics now = engine.cache().statistics();
      assertThat(List.of(now.refused(), now.entries(), now.evictions())).isEqualTo(List.of(2L, 1L, 0L));
      assertThat(sum(engine.sql("SELECT 1::BIGINT"))).isSameAs(kept);
    }
  }

  @Test
  void whatTheMemoryBudgetHasNoRoomForIsGivenAndNotKept() {
    MemoryBudget budget = MemoryBudget.ofProcess();
    long limit = budget.limit();
    CacheOptions options = CacheOptions.ofBytes(1L << 40).withMaxEntryBytes(Integer.MAX_VALUE);
    try (Engine engine = Engine.builder().cache(options).open()) {
      budget.setLimit(512 * MEGABYTE);
      Query query = engine.sql("SELECT 2::BIGINT");
      Long value = query.compute("sum", this::sum, sum -> 1L << 30);
      assertThat(value).isEqualTo(1_000_002);
      CacheStatistics now = engine.cache().statistics();
      assertThat(List.of(now.refused(), now.entries())).isEqualTo(List.of(1L, 0L));
      assertThat(engine.status().lastFailure()).as("that there is no room is no failure").isEmpty();
    } finally {
      budget.setLimit(limit);
    }
  }

  @Test
  void manyWhoAskAtOnceComputeOnceThoughThereIsOneWorker() throws Exception {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(MEGABYTE)).workers(1).open();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Query query = engine.sql("SELECT range::BIGINT FROM range(100_000)");
      CountDownLatch othersWait = new CountDownLatch(1);
      Future<Long> first =
          callers.submit(() ->
              query.compute(
                  "sum",
                  rows -> {
                    await(othersWait);
                    return sum(rows);
                  },
                  value -> Long.BYTES));
      while (engine.cache().statistics().misses() == 0) {
        Thread.onSpinWait();
      }
      List<Future<Long>> others = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        others.add(callers.submit(() -> sum(query)));
      }
      // Those that wait hold no worker: another query gets one.
      assertThat(callers.submit(() -> engine.query("SELECT 1").toTable(1)).get()).contains("1");
      othersWait.countDown();
      for (Future<Long> other : others) {
        assertThat(other.get()).isSameAs(first.get());
      }
      assertThat(counts(engine)).containsExactly(50L, 1L, 0L, 0L);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoWaitsForAnothersComputationCanBeStopped() throws Exception {
    try (Engine engine = open()) {
      Query query = engine.sql("SELECT 1::BIGINT");
      CountDownLatch stopped = new CountDownLatch(1);
      CompletableFuture<Long> first =
          CompletableFuture.supplyAsync(
              () ->
                  query.compute(
                      "sum",
                      rows -> {
                        await(stopped);
                        return sum(rows);
                      },
                      value -> Long.BYTES),
              task -> Thread.ofPlatform().start(task));
      while (engine.cache().statistics().misses() == 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> sum(query.timeLimit(Duration.ofMillis(50)))).isInstanceOf(TimeLimitException.class);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> sum(query)).isInstanceOf(InterruptedQueryException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(computed).hasValue(0);
      stopped.countDown();
      assertThat(first.get()).isEqualTo(1_000_001);
    }
  }

  @Test
  void whatFailsKeepsNothing() {
    try (Engine engine = open()) {
      Query query = engine.sql("SELECT 1::BIGINT");
      IllegalStateException mine = new IllegalStateException("mine");
      assertThatThrownBy(() ->
              query.compute(
                  "sum",
                  rows -> {
                    throw mine;
                  },
                  value -> 1))
          .isSameAs(mine);
      assertThatThrownBy(() -> sum(engine.sql("SELECT nothing"))).isInstanceOf(BinderException.class);
      assertThatThrownBy(() -> query.compute("sum", this::sum, value -> -1))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("'sum'");
      assertThatThrownBy(() -> query.compute("sum", rows -> null, value -> 1)).isInstanceOf(NullPointerException.class);
      assertThat(engine.cache().statistics().entries()).isZero();
      assertThat(engine.liveHandles().results()).isZero();
      assertThat(sum(query)).isEqualTo(1_000_001);
    }
  }

  @Test
  void computationsThatAskForEachOthersValuesDoNotWaitForEver() throws Exception {
    try (Engine engine = open()) {
      Query left = engine.sql("SELECT 1::BIGINT");
      Query right = engine.sql("SELECT 2::BIGINT");
      CountDownLatch both = new CountDownLatch(2);
      List<CompletableFuture<Long>> sums = new ArrayList<>();
      for (List<Query> pair : List.of(List.of(left, right), List.of(right, left))) {
        sums.add(
            CompletableFuture.supplyAsync(
                () ->
                    pair.getFirst()
                        .<Long>compute(
                            "sum",
                            rows -> {
                              both.countDown();
                              await(both);
                              sum(pair.getLast());
                              return sum(rows);
                            },
                            value -> Long.BYTES),
                task -> Thread.ofPlatform().start(task)));
      }
      assertThat(sums.get(0).get()).isEqualTo(1_000_001);
      assertThat(sums.get(1).get()).isEqualTo(1_000_002);
    }
  }

  @Test
  void metricsTellWhatWasKept() throws Exception {
    try (Engine engine = open()) {
      List<QueryMetrics> told = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
        sum(engine.sql("SELECT range::BIGINT FROM range(10)").onMetrics(metrics::complete));
        told.add(metrics.get());
      }
      assertThat(told).extracting(QueryMetrics::fromCache).containsExactly(false, true);
      assertThat(told).extracting(QueryMetrics::rows).containsExactly(10L, 0L);
    }
  }

  @Test
  void whereThereIsNoCacheThereAreNoComputations() {
    try (Engine engine = open();
        Session session = engine.session()) {
      assertThatThrownBy(() -> sum(session.sql("SELECT 1::BIGINT"))).isInstanceOf(ConfigurationException.class);
    }
    try (Engine engine = Engine.open()) {
      assertThat(engine.hasCache()).isFalse();
      assertThatThrownBy(() -> sum(engine.sql("SELECT 1::BIGINT"))).isInstanceOf(ConfigurationException.class);
    }
    Engine engine = open();
    Query query = engine.sql("SELECT 1::BIGINT");
    sum(query);
    assertThat(MemoryBudget.ofProcess().usage().cache()).isPositive();
    engine.close();
    assertThat(MemoryBudget.ofProcess().usage().cache()).isZero();
    assertThatThrownBy(() -> sum(query)).isInstanceOf(ClosedException.class);
  }

  @Test
  void aValueOfAnEngineThatIsClosedMeanwhileHoldsNoMemory() {
    Engine engine = open();
    assertThat(
            engine
                .sql("SELECT 1::BIGINT")
                .<Long>compute(
                    "sum",
                    rows -> {
                      Long sum = sum(rows);
                      engine.close();
                      return sum;
                    },
                    value -> Long.BYTES))
        .isEqualTo(1_000_001);
    assertThat(MemoryBudget.ofProcess().usage().cache()).isZero();
  }
}
