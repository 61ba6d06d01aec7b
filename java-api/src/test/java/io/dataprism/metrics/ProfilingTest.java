package io.dataprism.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.TimeLimitException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Queries that DuckDB measures, and that do not end as planned.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ProfilingTest {
  private static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  private final BlockingQueue<QueryMetrics> told = new LinkedBlockingQueue<>();

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private QueryMetrics next() throws InterruptedException {
    QueryMetrics metrics = told.poll(30, TimeUnit.SECONDS);
    assertThat(metrics).as("metrics within 30 seconds").isNotNull();
    return metrics;
  }

  @Test
  void aQueryThatFailsLeavesNothingToTheNextInItsSession() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
      for (String wrong : new String[] {"SELECT nothing FROM t", "SELECT error('on purpose') FROM t"}) {
        assertThatThrownBy(() -> engine.sql(wrong).profiled().onMetrics(told::add).execute())
            .isInstanceOf(DataPrismException.class);
        next();
        engine.sql("FROM t").onMetrics(told::add).execute();
        assertThat(next().profile()).isEmpty();
      }
      engine.sql("SELECT sum(n) FROM t WHERE n > 3").profiled().onMetrics(told::add).execute();
      assertThat(next().profile().orElseThrow().rowsScanned()).isEqualTo(1_000);
    }
  }

  @Test
  void aQueryThatIsStoppedIsMeasuredUpToThen() throws Exception {
    try (Engine engine = Engine.open()) {
      assertThatThrownBy(
              () -> engine.sql(ENDLESS).profiled().onMetrics(told::add).timeLimit(Duration.ofMillis(100)).execute())
          .isInstanceOf(TimeLimitException.class);
      assertThat(next().total()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
      QueryResult result = engine.sql("FROM range(1_000_000_000)").profiled().onMetrics(told::add).run();
      result.next();
      result.close();
      QueryMetrics closedEarly = next();
      assertThat(closedEarly.batches()).isEqualTo(1);
      engine.sql("SELECT 1").onMetrics(told::add).execute();
      assertThat(next().profile()).isEmpty();
    }
  }

  @Test
  void anAbortedTransactionAnswersAsItDoesWithoutMeasuring() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (a INT PRIMARY KEY)");
      try (Transaction transaction = engine.begin()) {
        transaction.sql("INSERT INTO t VALUES (1)").profiled().onMetrics(told::add).execute();
        assertThat(next().profile()).isPresent();
        assertThatThrownBy(() -> transaction.sql("INSERT INTO t VALUES (1)").profiled().execute())
            .isInstanceOf(ConstraintException.class);
        assertThatThrownBy(() -> transaction.sql("FROM t").profiled().onMetrics(told::add).execute())
            .extracting(e -> ((DataPrismException) e).code())
            .isEqualTo(ErrorCode.TRANSACTION_ABORTED);
        next();
        transaction.rollback();
      }
      try (QueryResult result = engine.query("SELECT count(*) AS n FROM t")) {
        assertThat(result.next().int64("n").get(0)).isZero();
      }
    }
  }

  @Test
  void whatASessionDidMeanwhileIsNotTakenForTheQuery() throws Exception {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      session.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
      try (QueryResult result = session.sql("SELECT n + 1 FROM t").profiled().onMetrics(told::add).run()) {
        result.forEach(batch -> {});
        session.execute("SELECT sum(range) FROM range(7)");
      }
      QueryMetrics metrics = next();
      metrics.profile().ifPresent(profile -> assertThat(profile.rowsScanned()).isEqualTo(1_000));
    }
  }

  @Test
  void aSessionThatIsBusyIsSo() throws Exception {
    try (Engine engine = Engine.open();
        Session session = engine.session();
        QueryResult result = session.query("FROM range(1_000_000)")) {
      result.next();
      assertThatThrownBy(() -> session.sql("SELECT 1").profiled().onMetrics(told::add).execute())
          .isInstanceOf(BusyException.class);
      assertThat(next().profile()).isEmpty();
      assertThat(result.next()).isNotNull();
    }
  }

  @Test
  void closingWhatRunsAMeasuredQueryEndsIt() throws Exception {
    Engine engine = Engine.open();
    QueryResult result = engine.sql("FROM range(1_000_000)").profiled().onMetrics(told::add).run();
    result.next();
    engine.close();
    assertThatThrownBy(result::next).isInstanceOf(ClosedException.class);
    result.close();
    assertThat(next().batches()).isEqualTo(1);
  }

  @Test
  void aTextOfSeveralStatementsIsMeasuredByItsLast() throws Exception {
    try (Engine engine = Engine.open()) {
      engine
          .sql("CREATE TABLE t AS SELECT range AS n FROM range(1000); SELECT sum(n) FROM t WHERE n > 3")
          .profiled()
          .onMetrics(told::add)
          .execute();
      assertThat(next().profile().orElseThrow().rowsScanned()).isEqualTo(1_000);
      assertThatThrownBy(() -> engine.sql("SELECT 1; SELECT nothing").profiled().onMetrics(told::add).execute())
          .isInstanceOf(BinderException.class);
      next();
    }
  }
}
