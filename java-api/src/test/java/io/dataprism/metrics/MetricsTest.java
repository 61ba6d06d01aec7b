package io.dataprism.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.TimeLimitException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a query has taken, and all of them together.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MetricsTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static QueryMetrics next(BlockingQueue<QueryMetrics> told) throws InterruptedException {
    QueryMetrics metrics = told.poll(30, TimeUnit.SECONDS);
    assertThat(metrics).as("metrics within 30 seconds").isNotNull();
    return metrics;
  }

  @Test
  void aResultTellsWhatItHasTakenSoFarAndInTheEnd() {
    try (Engine engine = Engine.open()) {
      QueryResult result = engine.query("SELECT range, 'x' AS t FROM range(40000)");
      try (result) {
        assertThat(result.metrics().rows()).isZero();
        result.next();
        QueryMetrics first = result.metrics();
        assertThat(first.rows()).isEqualTo(16_384);
        assertThat(first.batches()).isEqualTo(1);
        assertThat(first.bytes()).isGreaterThanOrEqualTo(16_384 * 9);
        result.forEach(batch -> {});
      }
      QueryMetrics all = result.metrics();
      assertThat(all.rows()).isEqualTo(40_000);
      assertThat(all.batches()).isEqualTo(3);
      assertThat(all.starting()).isPositive();
      assertThat(all.fetching()).isPositive();
      assertThat(all.queued().plus(all.starting()).plus(all.fetching())).isLessThanOrEqualTo(all.total());
      assertThat(all.profile()).isEmpty();
      assertThat(result.metrics()).as("nothing changes after the end").isEqualTo(all);
    }
  }

  @Test
  void everyWayToRunAQueryTellsWhatItHasTaken() throws Exception {
    BlockingQueue<QueryMetrics> told = new LinkedBlockingQueue<>();
    try (Engine engine = Engine.open()) {
      engine.sql("CREATE TABLE t AS SELECT range AS n FROM range(1000)").onMetrics(told::add).execute();
      assertThat(next(told).changedRows()).isEqualTo(1_000);
      engine.sql("FROM t").onMetrics(told::add).runAsync().join().close();
      QueryMetrics closedAtOnce = next(told);
      assertThat(closedAtOnce.rows()).isZero();
      assertThat(closedAtOnce.queued()).isPositive();
      engine.sql("FROM t").onMetrics(told::add).forEachUnordered(batch -> {});
      assertThat(next(told).rows()).isEqualTo(1_000);
      engine.sql("DELETE FROM t").onMetrics(told::add).executeAsync().join();
      assertThat(next(told).changedRows()).isEqualTo(1_000);
      try (Session session = engine.session()) {
        assertThatThrownBy(() -> session.sql("FROM nothing").onMetrics(told::add).run())
            .isInstanceOf(CatalogException.class);
        assertThat(next(told).total()).isPositive();
      }
    }
  }

  @Test
  void duckdbMeasuresWhereThatIsAskedFor() throws Exception {
    BlockingQueue<QueryMetrics> told = new LinkedBlockingQueue<>();
    try (Engine engine = Engine.builder().memoryLimit(64L << 20).threads(1).open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(5_000_000)");
      QueryResult result = engine.sql("SELECT n, hash(n) AS h FROM t ORDER BY h").profiled().onMetrics(told::add).run();
      try (result) {
        result.forEach(batch -> {});
      }
      QueryProfile profile = next(told).profile().orElseThrow();
      assertThat(result.metrics().profile()).contains(profile);
      assertThat(profile.rowsScanned()).isEqualTo(5_000_000);
      assertThat(profile.peakMemoryBytes()).isBetween(10L << 20, 80L << 20);
      assertThat(profile.peakSpilledBytes()).isPositive();
      assertThat(profile.writtenBytes()).isPositive();
      assertThat(profile.operators()).isPositive();
      assertThat(profile.binding()).isPositive();
      assertThat(profile.total()).isLessThanOrEqualTo(result.metrics().total());

      engine.sql("SELECT count(*) FROM t").onMetrics(told::add).execute();
      assertThat(next(told).profile()).as("the next query in the same pooled session").isEmpty();
      try (Session session = engine.session()) {
        session.sql("FROM t LIMIT 1").profiled().onMetrics(told::add).execute();
        assertThat(next(told).profile()).isPresent();
      }
    }
  }

  @Test
  void theEngineAddsUpWhatItsQueriesHaveTaken() {
    try (Engine engine = Engine.open()) {
      QueryStatistics none = engine.statistics();
      assertThat(none.ended()).isZero();
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)");
      try (QueryResult result = engine.query("FROM t")) {
        result.forEach(batch -> {});
      }
      assertThatThrownBy(() -> engine.execute("FROM nothing")).isInstanceOf(CatalogException.class);
      assertThatThrownBy(() ->
              engine.sql("SELECT count(*) FROM range(1000000000000000)").timeLimit(Duration.ofMillis(20)).execute())
          .isInstanceOf(TimeLimitException.class);
      QueryStatistics statistics = engine.statistics();
      assertThat(statistics.succeeded()).isEqualTo(2);
      assertThat(statistics.failed()).isEqualTo(1);
      assertThat(statistics.cancelled()).isEqualTo(1);
      assertThat(statistics.ended()).isEqualTo(4);
      assertThat(statistics.rows()).isEqualTo(10);
      assertThat(statistics.batches()).isEqualTo(1);
      assertThat(statistics.bytes()).isBetween(80L, 90L);
      assertThat(statistics.changedRows()).isEqualTo(10);
      assertThat(statistics.time()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
      assertThat(statistics.errors()).containsOnlyKeys(ErrorCode.CATALOG, ErrorCode.TIME_LIMIT);
    }
  }
}
