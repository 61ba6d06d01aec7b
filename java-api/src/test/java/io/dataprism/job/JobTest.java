package io.dataprism.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.Progress;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.catalog.TableName;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InternalException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.error.OutOfMemoryException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.event.QueryEnded;
import io.dataprism.event.QueryStarted;
import io.dataprism.metrics.QueryStatistics;
import java.io.IOError;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class JobTest {
  /// Never ends, but gives rows all the time.
  private static final String ENDLESS_ROWS = "SELECT range AS n FROM range(1000000000000000)";

  /// Never ends, and never gives a row.
  private static final String ENDLESS = "SELECT count(*) AS n FROM range(1000000000000000)";

  @TempDir Path folder;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static long number(Engine engine, String sql, Object... parameters) {
    try (QueryResult result = engine.query(sql, parameters)) {
      RecordBatch batch = result.next();
      assertThat(batch).isNotNull();
      return batch.int64(0).get(0);
    }
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  private static void reaches(Job job, JobState state) {
    until(() -> job.state() == state || job.state().isEnd());
    assertThat(job.state()).as("%s: %s", job, job.failure()).isEqualTo(state);
  }

  private static boolean tableExists(Engine engine, String name) {
    return number(engine, "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", name) > 0;
  }

  private List<Path> files() throws Exception {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aTableHoldsTheRowsOfTheQuery() throws Exception {
    try (Engine engine = Engine.open()) {
      String sql = "SELECT range AS n, 'text ' || range AS t FROM range(500000)";
      Job job = engine.sql(sql + " WHERE range % ? = 0").with(2).inBackground(JobTarget.table("kept"));
      JobResult result = job.toFuture().get();
      assertThat(result.rows()).isEqualTo(250_000);
      assertThat(result.target()).isEqualTo(JobTarget.table("kept"));
      assertThat(job.result()).contains(result);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.failure()).isEmpty();
      assertThat(job.progress().rows()).isEqualTo(250_000);
      assertThat(job.progress().fraction()).isEqualTo(1);
      assertThat(number(engine, "SELECT count(*) FROM kept")).isEqualTo(250_000);
      String even = sql + " WHERE range % 2 = 0";
      assertThat(number(engine, "SELECT count(*) FROM (FROM kept EXCEPT ALL (" + even + "))")).isZero();
    }
  }

  @Test
  void filesHoldTheRowsOfTheQuery() throws Exception {
    try (Engine engine = Engine.open()) {
      String sql = "SELECT range AS n, 'it''s, \"text\" ' || range AS t, range::DATE AS d FROM range(300000)";
      sql = sql.replace("range::DATE", "DATE '2000-01-01' + (range % 10000)::INTEGER");
      Path parquet = folder.resolve("it's.parquet");
      Path csv = folder.resolve("rows.csv");
      Path compressed = folder.resolve("rows.csv.gz");
      List<Job> jobs =
          List.of(
              engine.sql(sql).inBackground(JobTarget.parquet(parquet)),
              engine.sql(sql).inBackground(JobTarget.csv(csv)),
              engine.sql(sql).inBackground(JobTarget.csv(compressed)));
      for (Job job : jobs) {
        assertThat(job.toFuture().get().rows()).isEqualTo(300_000);
      }
      for (Path file : List.of(parquet, csv, compressed)) {
        String rows = "FROM '" + file.toString().replace("'", "''") + "'";
        assertThat(number(engine, "SELECT count(*) FROM (" + rows + ")")).isEqualTo(300_000);
        assertThat(number(engine, "SELECT count(*) FROM (" + rows + " EXCEPT ALL (" + sql + "))")).isZero();
      }
      assertThat(files()).containsExactlyInAnyOrder(parquet, csv, compressed);
      assertThat(Files.readAllBytes(compressed)).startsWith(0x1f, 0x8b);
      assertThat(engine.liveHandles().total()).isEqualTo(1);
    }
  }

  @Test
  void namesAreQuotedAndMayHaveASchema() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE SCHEMA \"my \"\"schema\"");
      engine.sql("SELECT 1::BIGINT AS n").inBackground(JobTarget.table("my \"schema", "a table; --")).toFuture().get();
      assertThat(number(engine, "SELECT n FROM \"my \"\"schema\".\"a table; --\"")).isEqualTo(1);
      engine.sql("SELECT 2::BIGINT AS n").inBackground(JobTarget.table("select")).toFuture().get();
      var name = engine.catalog().resolve("select");
      assertThat(number(engine, "SELECT n FROM " + name.sql())).isEqualTo(2);
    }
  }

  @Test
  void statementsWithoutRowsRunForTheirEffect() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
      Job update =
          engine
              .sql("UPDATE t SET n = n + 1 WHERE n >= $from")
              .with(Map.of("from", 500))
              .inBackground(JobTarget.none());
      assertThat(update.toFuture().get().rows()).isEqualTo(500);
      assertThat(update.progress().rows()).isEqualTo(500);
      engine.sql("CREATE INDEX i ON t (n); CREATE TABLE u AS FROM t").inBackground(JobTarget.none()).toFuture().get();
      assertThat(number(engine, "SELECT sum(n)::BIGINT FROM u")).isEqualTo(500_000);
    }
  }

  @Test
  void pausingStopsTheRowsAndResumingGoesOn() throws Exception {
    try (Engine engine = Engine.open()) {
      Job job = engine.sql("SELECT range AS n FROM range(20000000)").inBackground(JobTarget.table("t"));
      until(() -> job.progress().rows() > 0);
      for (int i = 0; i < 3; i++) {
        job.pause();
        until(() -> job.state() != JobState.RUNNING);
        if (job.state() == JobState.PAUSED) {
          long rows = job.progress().rows();
          // Time in which a job that runs writes far more than one batch.
          assertThat(job.await(Duration.ofMillis(300))).isFalse();
          assertThat(job.progress().rows()).isEqualTo(rows);
          assertThat(job.state()).isEqualTo(JobState.PAUSED);
          assertThat(tableExists(engine, "t")).isFalse();
          // Its place is free for another job.
          engine.sql("SELECT 1").inBackground(JobTarget.none()).toFuture().get();
        } else {
          assertThat(i).as("the job ended before it could be paused").isPositive();
        }
        job.resume();
      }
      assertThat(job.toFuture().get().rows()).isEqualTo(20_000_000);
      assertThat(number(engine, "SELECT count(DISTINCT n) FROM t")).isEqualTo(20_000_000);
    }
  }

  @Test
  void aJobThatWaitsCanBePausedAndCancelled() throws Exception {
    try (Engine engine = Engine.open()) {
      Job running = engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("endless"));
      Job first = engine.sql("SELECT 1").inBackground(JobTarget.table("first"));
      Job second = engine.sql("SELECT 1").inBackground(JobTarget.table("second"));
      Job third = engine.sql("SELECT 1").inBackground(JobTarget.table("third"));
      reaches(running, JobState.RUNNING);
      assertThat(second.state()).isEqualTo(JobState.QUEUED);
      first.pause();
      assertThat(first.state()).isEqualTo(JobState.PAUSED);
      second.cancel();
      assertThat(second.state()).isEqualTo(JobState.CANCELLED);
      running.cancel();
      third.toFuture().get();
      assertThat(first.state()).isEqualTo(JobState.PAUSED);
      first.resume();
      assertThat(first.toFuture().get().rows()).isEqualTo(1);
      assertThat(tableExists(engine, "second")).isFalse();
      assertThat(tableExists(engine, "endless")).isFalse();
    }
  }

  static List<String> endless() {
    return List.of(ENDLESS, ENDLESS_ROWS);
  }

  @ParameterizedTest
  @MethodSource("endless")
  void cancellingLeavesNothingBehind(String sql) throws Exception {
    try (Engine engine = Engine.builder().maxJobs(3).open()) {
      List<Job> jobs =
          List.of(
              engine.sql(sql).inBackground(JobTarget.table("t")),
              engine.sql(sql).inBackground(JobTarget.parquet(folder.resolve("t.parquet"))),
              engine.sql(sql).inBackground(JobTarget.none()));
      for (Job job : jobs) {
        reaches(job, JobState.RUNNING);
      }
      // With its first file written, the job is past its beginning.
      until(() -> {
        try {
          return !files().isEmpty();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      });
      for (Job job : jobs) {
        job.cancel();
        assertThat(job.await(Duration.ofMinutes(1))).isTrue();
        assertThat(job.state()).isEqualTo(JobState.CANCELLED);
        assertThat(job.failure()).isEmpty();
        assertThat(job.result()).isEmpty();
        assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(InterruptedQueryException.class);
        job.cancel();
        job.pause();
        job.resume();
        assertThat(job.state()).isEqualTo(JobState.CANCELLED);
      }
      assertThat(tableExists(engine, "t")).isFalse();
      assertThat(files()).isEmpty();
      assertThat(engine.liveHandles().total()).isEqualTo(1);
      // The name is free again.
      engine.sql("SELECT 1").inBackground(JobTarget.table("t")).toFuture().get();
    }
  }

  @Test
  void aPausedJobCanBeCancelled() throws Exception {
    try (Engine engine = Engine.open()) {
      Path file = folder.resolve("t.csv");
      for (JobTarget target : List.of(JobTarget.table("t"), JobTarget.csv(file))) {
        Job job = engine.sql(ENDLESS_ROWS).inBackground(target);
        until(() -> job.progress().rows() > 0);
        job.pause();
        reaches(job, JobState.PAUSED);
        job.cancel();
        assertThat(job.state()).isEqualTo(JobState.CANCELLED);
      }
      assertThat(tableExists(engine, "t")).isFalse();
      assertThat(files()).isEmpty();
      assertThat(engine.liveHandles().total()).isEqualTo(1);
    }
  }

  @Test
  void aFailureInTheMiddleLeavesNothingBehind() throws Exception {
    try (Engine engine = Engine.open()) {
      String sql = "SELECT CASE WHEN range = 3000000 THEN error('enough') ELSE 'x' END AS t FROM range(4000000)";
      Path file = folder.resolve("t.parquet");
      for (JobTarget target : List.of(JobTarget.table("t"), JobTarget.parquet(file))) {
        Job job = engine.sql(sql).inBackground(target);
        assertThatThrownBy(() -> job.toFuture().join()).isInstanceOf(CompletionException.class);
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure())
            .hasValueSatisfying(e -> {
              assertThat(e).hasMessageContaining("enough");
              assertThat(e.sql()).contains(sql);
            });
        assertThat(job.progress().rows()).isLessThan(4_000_000);
      }
      assertThat(tableExists(engine, "t")).isFalse();
      assertThat(files()).isEmpty();
      assertThat(engine.liveHandles().total()).isEqualTo(1);
    }
  }

  @Test
  void whatExistsIsNotTouchedAndTheQueryNotRun() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t AS SELECT 42::BIGINT AS n");
      Path file = Files.writeString(folder.resolve("t.csv"), "mine");
      Job table = engine.sql(ENDLESS).inBackground(JobTarget.table("t"));
      assertThatThrownBy(() -> table.toFuture().join())
          .hasCauseInstanceOf(CatalogException.class)
          .hasMessageContaining("already exists");
      Job csv = engine.sql(ENDLESS).inBackground(JobTarget.csv(file));
      assertThatThrownBy(() -> csv.toFuture().join())
          .hasCauseInstanceOf(IoException.class)
          .hasMessageContaining("exists already");
      assertThat(number(engine, "SELECT n FROM t")).isEqualTo(42);
      assertThat(Files.readString(file)).isEqualTo("mine");
    }
  }

  @Test
  void aFileThatCannotBeWrittenFailsBeforeTheWork() {
    try (Engine engine = Engine.open()) {
      Job nowhere = engine.sql(ENDLESS).inBackground(JobTarget.csv(folder.resolve("missing").resolve("t.csv")));
      assertThatThrownBy(() -> nowhere.toFuture().join()).hasCauseInstanceOf(IoException.class);
    }
  }

  @Test
  void onlyRowsOfOneSelectHaveATarget() {
    try (Engine engine = Engine.open()) {
      for (String sql : List.of("CREATE TABLE u AS SELECT 1", "SELECT 1; SELECT 2", "SELEC 1")) {
        Job job = engine.sql(sql).inBackground(JobTarget.table("t"));
        assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(SyntaxException.class);
      }
      assertThat(tableExists(engine, "u")).isFalse();
    }
  }

  @Test
  void aTimeLimitHolds() {
    try (Engine engine = Engine.open()) {
      for (JobTarget target : List.of(JobTarget.table("t"), JobTarget.none())) {
        Job job = engine.sql(ENDLESS).timeLimit(Duration.ofMillis(100)).inBackground(target);
        assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(TimeLimitException.class);
        assertThat(job.state()).isEqualTo(JobState.FAILED);
      }
    }
  }

  @Test
  void aTimeLimitDoesNotCountPauses() throws Exception {
    try (Engine engine = Engine.open()) {
      Duration limit = Duration.ofSeconds(2);
      Job job = null;
      while (job == null) {
        Job begun =
            engine.sql("SELECT range AS n FROM range(3_000_000)").timeLimit(limit).inBackground(JobTarget.table("t"));
        until(() -> begun.progress().rows() > 0);
        begun.pause();
        until(() -> begun.state() != JobState.RUNNING);
        if (begun.state() == JobState.PAUSED) {
          job = begun;
        } else {
          // It was faster.
          begun.toFuture().get();
          engine.execute("DROP TABLE t");
        }
      }
      assertThat(job.await(limit)).isFalse();
      job.resume();
      assertThat(job.toFuture().get().rows()).isEqualTo(3_000_000);
      assertThat(job.result().orElseThrow().elapsed()).isGreaterThan(limit);
    }
  }

  @Test
  void aTimeLimitHoldsBetweenPauses() throws Exception {
    try (Engine engine = Engine.open()) {
      Duration limit = Duration.ofMillis(500);
      Path file = folder.resolve("t.parquet");
      for (JobTarget target : List.of(JobTarget.table("t"), JobTarget.parquet(file))) {
        Job job = engine.sql(ENDLESS_ROWS).timeLimit(limit).inBackground(target);
        until(() -> job.progress().rows() > 0);
        job.pause();
        reaches(job, JobState.PAUSED);
        Duration before = job.progress().elapsed();
        assertThat(before).isLessThan(limit);
        assertThat(job.await(limit.multipliedBy(2))).isFalse();
        job.resume();
        assertThat(job.await(Duration.ofMinutes(1))).isTrue();
        assertThat(job.failure()).containsInstanceOf(TimeLimitException.class);
        // The pause is in the time that has passed, and not in the time that it was given.
        assertThat(job.progress().elapsed()).isGreaterThanOrEqualTo(limit.multipliedBy(3));
      }
    }
  }

  @Test
  void listenersAreTold() throws Exception {
    try (Engine engine = Engine.open()) {
      AtomicReference<Progress> last = new AtomicReference<>(new Progress(-1, 0, Duration.ZERO));
      Job job = engine.sql("FROM range(1000000)").onProgress(last::set).inBackground(JobTarget.table("t"));
      job.toFuture().get();
      until(() -> last.get().rows() == 1_000_000);
    }
  }

  @Test
  void theSubmittersThreadAndFutureMayEnd() throws Exception {
    try (Engine engine = Engine.open()) {
      AtomicReference<Job> submitted = new AtomicReference<>();
      Thread submitter =
          Thread.ofVirtual()
              .start(() -> {
                Job job = engine.sql("FROM range(5000000)").inBackground(JobTarget.table("t"));
                submitted.set(job);
                job.toFuture().cancel(true);
                Thread.currentThread().interrupt();
              });
      submitter.join();
      Job job = submitted.get();
      assertThat(engine.jobs().find(job.id())).contains(job);
      assertThat(job.await(Duration.ofMinutes(1))).isTrue();
      assertThat(number(engine, "SELECT count(*) FROM t")).isEqualTo(5_000_000);
    }
  }

  @Test
  void aJobOfAPreparedStatementOutlivesTheStatement() throws Exception {
    try (Engine engine = Engine.open()) {
      Job running = engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("endless"));
      Job job;
      Job none;
      try (PreparedStatement select = engine.prepare("SELECT range AS n FROM range($1)");
          PreparedStatement create = engine.prepare("CREATE TABLE other AS SELECT 42 AS n")) {
        job = select.with(1_000).inBackground(JobTarget.table("t"));
        none = create.with().inBackground(JobTarget.none());
      }
      running.cancel();
      assertThat(job.toFuture().get().rows()).isEqualTo(1_000);
      none.toFuture().get();
      assertThat(number(engine, "SELECT count(*) FROM t")).isEqualTo(1_000);
      assertThat(tableExists(engine, "other")).isTrue();
    }
  }

  @Test
  void aJobOfASessionSeesWhatTheSessionDoes() throws Exception {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE source AS SELECT range AS n FROM range(200_000)");
      Path file = folder.resolve("t.parquet");
      assertThat(session.sql("FROM source").inBackground(JobTarget.table("t")).toFuture().get().rows())
          .isEqualTo(200_000);
      session.sql("FROM source").inBackground(JobTarget.parquet(file)).toFuture().get();
      session.sql("DELETE FROM source WHERE n >= ?").with(50).inBackground(JobTarget.none()).toFuture().get();
      try (PreparedStatement statement = session.prepare("SELECT n FROM source WHERE n < $1")) {
        Job job = statement.with(10).inBackground(JobTarget.table("few"));
        assertThat(job.toFuture().get().rows()).isEqualTo(10);
      }
      assertThat(number(engine, "SELECT count(DISTINCT n) FROM t")).isEqualTo(200_000);
      assertThat(number(engine, "SELECT count(*) FROM '" + file + "'")).isEqualTo(200_000);
      // The session is the caller's again.
      try (QueryResult left = session.query("SELECT count(*) FROM source")) {
        assertThat(left.next().int64(0).get(0)).isEqualTo(50);
      }
      try (Transaction transaction = session.begin()) {
        transaction.execute("CREATE TABLE uncommitted AS SELECT 1::BIGINT AS n");
        transaction.sql("FROM uncommitted").inBackground(JobTarget.table("seen")).toFuture().get();
        assertThat(transaction.isActive()).isTrue();
      }
      assertThat(number(engine, "SELECT n FROM seen")).isEqualTo(1);
      assertThat(tableExists(engine, "uncommitted")).isFalse();
    }
  }

  @Test
  void aSessionIsBusyUntilItsJobHasEnded() throws Exception {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE source AS SELECT range AS n FROM range(20_000_000)");
      Job job = session.sql("FROM source").inBackground(JobTarget.table("t"));
      until(() -> job.progress().rows() > 0);
      job.pause();
      reaches(job, JobState.PAUSED);
      assertThatThrownBy(() -> session.execute("SELECT 1")).isInstanceOf(BusyException.class);
      Job second = session.sql("SELECT 1").inBackground(JobTarget.none());
      assertThatThrownBy(() -> second.toFuture().join()).hasCauseInstanceOf(BusyException.class);
      job.resume();
      assertThat(job.toFuture().get().rows()).isEqualTo(20_000_000);
      session.execute("SELECT 1");
    }
  }

  @ParameterizedTest
  @MethodSource("endless")
  void closingItsSessionEndsAJob(String sql) throws Exception {
    try (Engine engine = Engine.open()) {
      for (JobTarget target : List.of(JobTarget.table("t"), JobTarget.csv(folder.resolve("t.csv")), JobTarget.none())) {
        Session session = engine.session();
        AtomicReference<Progress> told = new AtomicReference<>();
        Job job = session.sql(sql).onProgress(told::set).inBackground(target);
        until(() -> told.get() != null);
        session.close();
        assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(ClosedException.class);
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        Job late = session.sql("SELECT 1").inBackground(target);
        assertThatThrownBy(() -> late.toFuture().join()).hasCauseInstanceOf(ClosedException.class);
      }
      assertThat(engine.statistics().errors()).isEqualTo(Map.of(ErrorCode.CLOSED, 6L));
      assertThat(files()).isEmpty();
      assertThat(tableExists(engine, "t")).isFalse();
      assertThat(engine.liveHandles().total()).isEqualTo(1);
    }
  }

  @Test
  void closingTheSessionOfAPausedJobShowsWhenItGoesOn() throws Exception {
    try (Engine engine = Engine.open()) {
      Session session = engine.session();
      Job job = session.sql(ENDLESS_ROWS).inBackground(JobTarget.table("t"));
      until(() -> job.progress().rows() > 0);
      job.pause();
      reaches(job, JobState.PAUSED);
      session.close();
      assertThat(job.state()).isEqualTo(JobState.PAUSED);
      job.resume();
      assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(ClosedException.class);
      assertThat(engine.liveHandles().total()).isEqualTo(1);
    }
  }

  @Test
  void aJobIsOneQuery() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.events();
      String sql = "SELECT range AS n FROM range(300_000)";
      engine.sql(sql).inBackground(JobTarget.table("t")).toFuture().get();
      engine.sql(sql).inBackground(JobTarget.parquet(folder.resolve("t.parquet"))).toFuture().get();
      QueryStatistics statistics = engine.statistics();
      assertThat(statistics.succeeded()).isEqualTo(2);
      assertThat(statistics.ended()).isEqualTo(2);
      assertThat(statistics.rows()).isEqualTo(600_000);
      assertThat(engine.events().history(QueryStarted.class)).extracting(QueryStarted::sql).containsExactly(sql, sql);
      assertThat(engine.events().history(QueryEnded.class))
          .extracting(QueryEnded::outcome)
          .containsExactly(QueryEnded.Outcome.SUCCEEDED, QueryEnded.Outcome.SUCCEEDED);
    }
  }

  @Test
  void aJobThatFailsWhenItCommitsIsAQueryThatFailed() throws Exception {
    Path database = folder.resolve("t.duckdb");
    try (Engine engine = Engine.open(database)) {
      engine.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'; SET GLOBAL checkpoint_threshold = '1B'");
      Job job = engine.sql("SELECT range AS n FROM range(1000)").inBackground(JobTarget.table("t"));
      assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(IoException.class);
      assertThat(job.state()).isEqualTo(JobState.FAILED);
      assertThat(job.failure()).hasValueSatisfying(e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED));
      assertThat(engine.statistics().succeeded()).isEqualTo(1);
      assertThat(engine.statistics().errors()).isEqualTo(Map.of(ErrorCode.CHECKPOINT_FAILED, 1L));
    }
  }

  @Test
  void aFileThatAppearsMeanwhileIsNotReplaced() throws Exception {
    try (Engine engine = Engine.open()) {
      Path file = folder.resolve("t.csv");
      Job job = engine.sql("SELECT range AS n FROM range(20000000)").inBackground(JobTarget.csv(file));
      until(() -> job.progress().rows() > 0);
      job.pause();
      reaches(job, JobState.PAUSED);
      Files.writeString(file, "mine");
      job.resume();
      assertThatThrownBy(() -> job.toFuture().join())
          .hasCauseInstanceOf(IoException.class)
          .hasMessageContaining("exists already");
      assertThat(Files.readString(file)).isEqualTo("mine");
      assertThat(files()).containsExactly(file);
      assertThat(engine.statistics().ended()).isEqualTo(1);
      assertThat(engine.statistics().errors()).isEqualTo(Map.of(ErrorCode.IO, 1L));
    }
  }

  @Test
  void ofJobsForTheSameFileOneSucceeds() throws Exception {
    try (Engine engine = Engine.builder().maxJobs(4).open()) {
      Path file = folder.resolve("t.parquet");
      List<Job> jobs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        jobs.add(engine.sql("SELECT range AS n FROM range(?)").with(100_000 + i).inBackground(JobTarget.parquet(file)));
      }
      long rows = -1;
      for (Job job : jobs) {
        assertThat(job.await(Duration.ofMinutes(1))).isTrue();
        if (job.state() == JobState.SUCCEEDED) {
          assertThat(rows).isEqualTo(-1);
          rows = job.result().orElseThrow().rows();
        } else {
          assertThat(job.failure()).hasValueSatisfying(e -> assertThat(e).hasMessageContaining("exists already"));
        }
      }
      assertThat(number(engine, "SELECT count(*) FROM '" + file + "'")).isEqualTo(rows);
      assertThat(files()).containsExactly(file);
    }
  }

  @Test
  void aFolderThatVanishesFailsTheJobAndNothingElse() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    try (Engine engine = Engine.open()) {
      Job failing = pausedInto(engine, inner);
      deleteWithFiles(inner);
      failing.resume();
      assertThatThrownBy(() -> failing.toFuture().join()).hasCauseInstanceOf(IoException.class);
      assertThat(failing.state()).isEqualTo(JobState.FAILED);
      assertThat(engine.statistics().errors()).isEqualTo(Map.of(ErrorCode.IO, 1L));
      assertThat(engine.liveHandles().total()).isEqualTo(1);

      // What it cannot delete does not keep it from ending.
      Files.createDirectory(inner);
      Job cancelled = pausedInto(engine, inner);
      deleteWithFiles(inner);
      Files.writeString(inner, "a file");
      cancelled.cancel();
      assertThat(cancelled.await(Duration.ofMinutes(1))).isTrue();
      assertThat(cancelled.state()).isEqualTo(JobState.CANCELLED);
      assertThatThrownBy(() -> cancelled.toFuture().join())
          .hasCauseInstanceOf(InterruptedQueryException.class)
          .satisfies(e -> assertThat(e.getCause().getSuppressed()).hasOnlyElementsOfType(IoException.class));
      assertThat(engine.statistics().errors()).isEqualTo(Map.of(ErrorCode.IO, 1L, ErrorCode.INTERRUPTED, 1L));
      assertThat(engine.liveHandles().total()).isEqualTo(1);
    }
  }

  private static Job pausedInto(Engine engine, Path inner) {
    Job job =
        engine
            .sql("SELECT range AS n FROM range(20000000)")
            .inBackground(JobTarget.parquet(inner.resolve("t.parquet")));
    until(() -> job.progress().rows() > 0);
    job.pause();
    reaches(job, JobState.PAUSED);
    return job;
  }

  private static void deleteWithFiles(Path inner) throws Exception {
    try (var files = Files.list(inner)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(inner);
  }

  @Test
  void aTargetThatCannotBeBegunFailsTheJob() {
    Path path = folder.resolve("t.csv");
    Path broken =
        (Path)
            Proxy.newProxyInstance(
                Path.class.getClassLoader(),
                new Class<?>[] {Path.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("toAbsolutePath")) {
                    throw new IOError(new IOException("the working directory is gone"));
                  }
                  return method.invoke(path, arguments);
                });
    try (Engine engine = Engine.open()) {
      Job job = engine.sql("SELECT 1").inBackground(JobTarget.csv(broken));
      assertThatThrownBy(() -> job.toFuture().join())
          .hasCauseInstanceOf(InternalException.class)
          .hasRootCauseMessage("the working directory is gone");
      assertThat(job.state()).isEqualTo(JobState.FAILED);
      assertThat(engine.statistics().ended()).isZero();
      engine.sql("SELECT 1").inBackground(JobTarget.none()).toFuture().join();
    }
  }

  @Test
  void onlyFilesOfTheDiskAreTargets() throws Exception {
    try (Engine engine = Engine.open();
        FileSystem zip = FileSystems.newFileSystem(folder.resolve("t.zip"), Map.of("create", "true"))) {
      Job job = engine.sql(ENDLESS).inBackground(JobTarget.csv(zip.getPath("/t.csv")));
      assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(InvalidInputException.class);
    }
    try (Engine engine = Engine.open()) {
      Path link = Files.createSymbolicLink(folder.resolve("link.csv"), folder.resolve("nowhere"));
      Job job = engine.sql(ENDLESS).inBackground(JobTarget.csv(link));
      assertThatThrownBy(() -> job.toFuture().join())
          .hasCauseInstanceOf(IoException.class)
          .hasMessageContaining("exists already");
    }
  }

  @Test
  void aTargetAmongTemporaryTablesIsRefused() {
    try (Engine engine = Engine.open()) {
      for (JobTarget target :
          List.of(JobTarget.table("TEMP", "t"), JobTarget.table(new TableName("temp", "main", "t")))) {
        Job job = engine.sql(ENDLESS).inBackground(target);
        assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(InvalidInputException.class);
      }
    }
  }

  @Test
  void aJobThatRunsOutOfMemoryLeavesNothingBehind() throws Exception {
    try (Engine engine = Engine.builder().memoryLimit(64 << 20).open()) {
      engine.execute("SET GLOBAL max_temp_directory_size = '0B'");
      String sql = "SELECT range AS n, md5(range::VARCHAR) AS hash FROM range(100_000_000)";
      for (JobTarget target : List.of(JobTarget.table("t"), JobTarget.parquet(folder.resolve("t.parquet")))) {
        Job job = engine.sql(sql).inBackground(target);
        assertThatThrownBy(() -> job.toFuture().join()).hasCauseInstanceOf(OutOfMemoryException.class);
        assertThat(job.progress().rows()).isPositive();
        assertThat(engine.liveHandles().total()).isEqualTo(1);
      }
      assertThat(engine.statistics().failed()).isEqualTo(2);
      assertThat(tableExists(engine, "t")).isFalse();
      assertThat(files()).isEmpty();
      // What it held is free again.
      engine.sql("FROM range(1_000_000)").inBackground(JobTarget.table("t")).toFuture().get();
    }
  }

  /// Whatever is done to jobs at the same time, each ends once, its target is there if and only if it has succeeded,
  /// and its query has ended as it has.
  ///
  /// To replay a failure, as far as threads repeat, give the printed seed back: `-Ddataprism.test.seed=…`.
  @Test
  void pausingResumingCancellingAndClosingMayMeet() throws Exception {
    long seed = Long.getLong("dataprism.test.seed", new Random().nextLong());
    System.out.println("JobTest: -Ddataprism.test.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (boolean closes : new boolean[] {false, true}) {
      Path database = folder.resolve("races-" + closes + ".duckdb");
      Engine engine = Engine.builder().database(database).maxJobs(3).eventHistory(10_000).open();
      List<Job> jobs = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        JobTarget target =
            i % 2 == 0 ? JobTarget.table("t" + i) : JobTarget.csv(folder.resolve(closes + "-" + i + ".csv"));
        jobs.add(engine.sql("FROM range(?)").with(random.nextInt(400_000)).inBackground(target));
      }
      AtomicBoolean ending = new AtomicBoolean();
      try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
        List<Future<?>> disturbers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          SplittableRandom own = random.split();
          disturbers.add(
              pool.submit(() -> {
                while (!ending.get()) {
                  Job job = jobs.get(own.nextInt(jobs.size()));
                  switch (own.nextInt(closes ? 40 : 20)) {
                    case 0 -> job.cancel();
                    case 1, 2, 3, 4, 5, 6 -> job.pause();
                    default -> job.resume();
                  }
                  LockSupport.parkNanos(own.nextLong(1_000_000));
                }
              }));
        }
        if (closes) {
          jobs.get(random.nextInt(20)).await(Duration.ofSeconds(5));
          engine.close();
        }
        for (Job job : jobs) {
          assertThat(job.await(Duration.ofMinutes(1))).isTrue();
        }
        ending.set(true);
        for (Future<?> disturber : disturbers) {
          disturber.get();
        }
      }
      assertThat(jobs).extracting(Job::failure).containsOnly(Optional.empty());
      long succeeded = jobs.stream().filter(job -> job.state() == JobState.SUCCEEDED).count();
      assertThat(engine.statistics().succeeded()).isEqualTo(succeeded);
      assertThat(engine.statistics().failed()).isZero();
      // Those that were cancelled before they began were no queries.
      assertThat(engine.statistics().cancelled()).isLessThanOrEqualTo(jobs.size() - succeeded);
      assertThat(engine.events().history(QueryStarted.class)).hasSize((int) engine.statistics().ended());
      engine.close();
      try (Engine again = Engine.open(database)) {
        for (int i = 0; i < jobs.size(); i++) {
          Job job = jobs.get(i);
          boolean there =
              job.target() instanceof JobTarget.File(Path path, var _)
                  ? Files.exists(path)
                  : tableExists(again, "t" + i);
          assertThat(there).as("%s", job).isEqualTo(job.state() == JobState.SUCCEEDED);
          if (there) {
            String rows = job.target() instanceof JobTarget.File(Path path, var _) ? "'" + path + "'" : "t" + i;
            assertThat(number(again, "SELECT count(*) FROM " + rows)).isEqualTo(job.result().orElseThrow().rows());
          }
        }
      }
      assertThat(files()).noneMatch(file -> file.getFileName().toString().startsWith(".tmp-"));
    }
  }

  @Test
  void asManyJobsRunAtOnceAsTheEngineWasOpenedWith() {
    try (Engine engine = Engine.builder().maxJobs(2).open()) {
      List<Job> jobs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        jobs.add(engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("t" + i)));
      }
      until(() -> jobs.get(0).progress().rows() > 0 && jobs.get(1).progress().rows() > 0);
      assertThat(jobs)
          .extracting(Job::state)
          .containsExactly(JobState.RUNNING, JobState.RUNNING, JobState.QUEUED, JobState.QUEUED);
      assertThat(engine.jobs().list()).containsExactlyElementsOf(jobs);
    }
    assertThatThrownBy(() -> Engine.builder().maxJobs(0)).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void closingTheEngineCancelsJobsAndLeavesNothingHalfWritten() throws Exception {
    Path database = folder.resolve("jobs.duckdb");
    Path file = folder.resolve("t.parquet");
    Engine engine = Engine.builder().database(database).maxJobs(3).open();
    List<Job> jobs =
        List.of(
            engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("running")),
            engine.sql(ENDLESS_ROWS).inBackground(JobTarget.parquet(file)),
            engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("paused")),
            engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("waiting")));
    until(() -> jobs.subList(0, 3).stream().allMatch(job -> job.progress().rows() > 0));
    jobs.get(2).pause();
    reaches(jobs.get(2), JobState.PAUSED);
    engine.close();
    assertThat(jobs).extracting(Job::state).containsOnly(JobState.CANCELLED);
    assertThat(engine.jobs().list()).hasSize(4);
    assertThatThrownBy(() -> engine.sql("SELECT 1").inBackground(JobTarget.none())).isInstanceOf(ClosedException.class);
    assertThat(files()).containsExactly(database);
    try (Engine again = Engine.open(database)) {
      assertThat(number(again, "SELECT count(*) FROM duckdb_tables()")).isZero();
    }
    Engine unused = Engine.open();
    unused.close();
    assertThatThrownBy(() -> unused.sql("SELECT 1").inBackground(JobTarget.none())).isInstanceOf(ClosedException.class);
    assertThat(unused.jobs().list()).isEmpty();
  }

  @Test
  void aJobsFutureMayCloseTheEngine() throws Exception {
    try (Engine engine = Engine.open()) {
      Job job = engine.sql("FROM range(1000000)").inBackground(JobTarget.table("t"));
      CompletableFuture<Void> closed = job.toFuture().thenRun(engine::close);
      Job other = engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("u"));
      closed.get();
      assertThat(engine.isClosed()).isTrue();
      assertThat(other.state()).isEqualTo(JobState.CANCELLED);
    }
  }

  @Test
  void theLastThatHaveEndedStayListed() throws Exception {
    try (Engine engine = Engine.open()) {
      Job last = null;
      for (int i = 0; i < Jobs.KEPT + 10; i++) {
        last = engine.sql("SELECT 1").inBackground(JobTarget.none());
      }
      assertThat(last).isNotNull();
      last.toFuture().get();
      List<Job> kept = engine.jobs().list();
      assertThat(kept).hasSize(Jobs.KEPT).last().isSameAs(last);
      assertThat(kept.getFirst().id()).isEqualTo(11);
      assertThat(engine.jobs().find(10)).isEmpty();
      assertThat(engine.jobs().find(last.id())).containsSame(last);
    }
  }

  @Test
  void interactiveQueriesGoFirstAndDoNotStarveAJob() throws Exception {
    try (Engine engine = Engine.open()) {
      CountDownLatch inCall = new CountDownLatch(1);
      CompletableFuture<Long> interactive =
          engine.sql(ENDLESS).onProgress(progress -> inCall.countDown()).executeAsync();
      inCall.await();
      long begin = System.nanoTime();
      Job job = engine.sql(ENDLESS_ROWS).inBackground(JobTarget.table("t"));
      until(() -> job.progress().rows() >= 3 * 122_880);
      long rows = job.progress().rows();
      long elapsed = System.nanoTime() - begin;
      // A step waits 200 milliseconds while an interactive query is in a call, and makes at most a batch and a chunk.
      long steps = elapsed / 200_000_000;
      assertThat(rows).isLessThanOrEqualTo((steps + 1) * (122_880 + 2_048));
      interactive.cancel(true);
      job.cancel();
    }
  }
}
