package io.dataprism.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InternalException;
import io.dataprism.memory.MemoryBudget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HealthTest {
  private static final String LONG_QUERY = "SELECT count(*) FROM range(100000000) a, range(100000000) b";

  @TempDir Path directory;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void anEngineThatWorksIsHealthy() {
    Path file = directory.resolve("fine.db");
    Instant before = Instant.now();
    try (Engine engine = Engine.open(file)) {
      Health health = engine.health();
      assertThat(health.isHealthy()).as("%s", health).isTrue();
      assertThat(health.checks())
          .extracting(Health.Check::name)
          .containsExactlyInAnyOrder("engine", "queue", "query", "database-file", "spill-directory", "memory");
      assertThat(health.at()).isBetween(before, Instant.now());
      assertThat(engine.liveHandles().total()).as("checking leaves nothing open").isEqualTo(1);
      assertThat(directory).as("nor anything behind").isDirectoryContaining(path -> path.equals(file));
      assertThat(directory.toFile().list()).hasSize(1);
    }
  }

  @Test
  void theStatusTellsWhatRuns() {
    Path file = directory.resolve("status.db");
    try (Engine engine = Engine.builder().database(file).workers(1).open();
        Session session = engine.session();
        QueryResult open = session.query("FROM range(1000000)")) {
      open.next();
      CompletableFuture<Long> running = engine.sql(LONG_QUERY).executeAsync();
      CompletableFuture<Long> queued = engine.sql("SELECT 1").executeAsync();
      EngineStatus status = engine.status();
      while (status.running() < 2 || status.workersBusy() < 1 || status.queued() < 1) {
        status = engine.status();
      }
      assertThat(status.state()).isEqualTo(EngineStatus.State.RUNNING);
      assertThat(status.duckdbVersion()).contains("v2.0.0");
      assertThat(status.libraryVersion()).isPresent();
      assertThat(status.database()).contains(file);
      assertThat(status.since().orElseThrow()).isBefore(Instant.now().plusSeconds(1));
      assertThat(status.open().sessions()).isGreaterThanOrEqualTo(1);
      assertThat(status.memory().orElseThrow().limit()).isPositive();
      assertThat(status.lastFailure()).isEmpty();
      queued.cancel(true);
      running.cancel(true);
    }
  }

  @Test
  void aClosedEngineIsNot() {
    Engine engine = Engine.open();
    engine.close();
    Health health = engine.health();
    assertThat(health.isHealthy()).isFalse();
    assertThat(health.check("engine").orElseThrow().message()).contains("closed");
    EngineStatus status = engine.status();
    assertThat(status.state()).isEqualTo(EngineStatus.State.CLOSED);
    assertThat(status.memory()).isEmpty();
    assertThat(status.open().total()).isZero();
  }

  @Test
  void aFileThatIsGoneIsNoticed() throws Exception {
    Path file = directory.resolve("gone.db");
    try (Engine engine = Engine.open(file)) {
      assertThat(engine.health().isHealthy()).isTrue();
      Files.delete(file);
      assertFails(engine, "database-file", file.toString());
      Files.createDirectory(file);
      assertFails(engine, "database-file", file.toString());
    }
  }

  @Test
  void aTemporaryDirectoryThatCannotBeWrittenIsNoticed() throws Exception {
    Path spill = Files.createDirectory(directory.resolve("spill"));
    try (Engine engine = Engine.builder().tempDirectory(spill).open()) {
      assertThat(engine.health().isHealthy()).isTrue();
      // Even root cannot write into a file as into a folder.
      Files.delete(spill);
      Files.writeString(spill, "in the way");
      assertFails(engine, "spill-directory", spill.toString());
      Files.delete(spill);
      assertThat(engine.health().isHealthy()).as("DuckDB makes the folder").isTrue();
    }
    try (Engine engine = Engine.builder().tempDirectory(spill.resolve("deep").resolve("down")).open()) {
      assertFails(engine, "spill-directory", spill.resolve("deep").toString());
    }
  }

  @Test
  void aFullQueueIsNoticed() {
    try (Engine engine = Engine.builder().workers(1).maxQueued(1).open()) {
      CompletableFuture<Long> running = engine.sql(LONG_QUERY).executeAsync();
      while (engine.status().workersBusy() == 0 || engine.status().queued() > 0) {
        Thread.onSpinWait();
      }
      CompletableFuture<QueryResult> waiting = engine.queryAsync("SELECT 1");
      assertThat(engine.status().queued()).isEqualTo(1);
      assertFails(engine, "queue", "longer queue");
      waiting.cancel(true);
      running.cancel(true);
    }
  }

  @Test
  void memoryThatIsUsedUpIsNoticed() {
    MemoryBudget budget = MemoryBudget.ofProcess();
    long limit = budget.limit();
    try (Engine engine = Engine.builder().threads(1).open()) {
      engine.execute("SET temp_directory = ''");
      engine.execute("CREATE TABLE t AS SELECT hash(range) AS h FROM range(5000000)");
      // As low as it goes, and with a batch for what is left.
      long lowest = engine.memory().used();
      for (long free = 1 << 20; budget.limit() == limit; free += 1 << 20) {
        try {
          budget.setLimit(lowest + free);
        } catch (DataPrismException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
        }
      }
      try (QueryResult result = engine.query("SELECT repeat('x', 60) FROM range(16384)")) {
        result.next();
        try (QueryResult second = engine.query("SELECT repeat('x', 60) FROM range(16384)")) {
          Health health = engine.health();
          try {
            second.next();
            health = engine.health();
          } catch (DataPrismException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
          }
          assertThat(health.check("memory").orElseThrow().ok()).as("%s", health).isFalse();
        }
      }
    } finally {
      budget.setLimit(limit);
    }
  }

  @Test
  void aDatabaseThatAFatalErrorMadeUnusableIsNoticed() {
    Path file = directory.resolve("fatal.db");
    try (Engine engine = Engine.open(file)) {
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
      engine.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'");
      assertThat(engine.health().isHealthy()).isTrue();
      assertThatThrownBy(() -> engine.execute("INSERT INTO t VALUES (1); CHECKPOINT"))
          .isInstanceOf(InternalException.class);
      engine.query("SELECT 1").close();
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.FAILED);
      assertThat(engine.status().memory()).isEmpty();
      assertThat(engine.status().lastFailure().orElseThrow().code()).isEqualTo(ErrorCode.FATAL);
      Health health = engine.health();
      assertThat(health.check("engine").orElseThrow().ok()).as("%s", health).isFalse();
      assertThat(health.check("engine").orElseThrow().message())
          .contains("invalidated")
          .contains("open the database again");
    }
  }

  private static void assertFails(Engine engine, String check, String part) {
    Health health = engine.health();
    assertThat(health.isHealthy()).isFalse();
    assertThat(health.failures())
        .singleElement()
        .satisfies(failure -> {
          assertThat(failure.name()).isEqualTo(check);
          assertThat(failure.message()).contains(part);
        });
  }
}
