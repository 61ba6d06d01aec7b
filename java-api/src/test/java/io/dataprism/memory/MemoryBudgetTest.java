package io.dataprism.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.OutOfMemoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryBudgetTest {
  private static final long MIB = 1 << 20;

  /// About 1.7 MB in one batch.
  private static final String BATCH = "SELECT repeat('x', 100) AS text FROM range(16384)";

  private static final String SORT = "SELECT range, hash(range) FROM range(6000000) ORDER BY 2";

  private final MemoryBudget budget = MemoryBudget.ofProcess();
  private long limit;

  @BeforeEach
  void keepTheLimit() {
    limit = budget.limit();
  }

  @AfterEach
  void restoreTheLimit() {
    budget.setLimit(limit);
    MemoryUsage usage = budget.usage();
    assertThat(usage).isEqualTo(new MemoryUsage(limit, 0, 0, 0, 0, 0));
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void theDefaultLeavesRoomForTheHeap() {
    assertThat(limit).isPositive();
    try (Engine engine = open()) {
      assertThat(engine.memory().limit()).isBetween(limit * 9 / 10, limit);
    }
  }

  @Test
  void openBatchesCountWithTheirBytes() {
    try (Engine engine = open();
        QueryResult result = engine.query(BATCH)) {
      RecordBatch batch = result.next();
      assertThat(budget.usage().batches()).isEqualTo(batch.byteSize());
      batch.close();
      assertThat(budget.usage().batches()).isZero();
    }
  }

  @Test
  void batchesThatAreHeldExhaustTheBudgetAndTheEngineGoesOn() {
    budget.setLimit(48 * MIB);
    try (Engine engine = open()) {
      List<QueryResult> results = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 50; i++) {
                  QueryResult result = engine.query(BATCH);
                  results.add(result);
                  assertThat(result.next()).isNotNull();
                }
              })
          .isInstanceOfSatisfying(
              OutOfMemoryException.class,
              e -> {
                assertThat(e).hasMessageContaining("the memory budget of 48.0 MiB").hasMessageContaining("for batches");
                assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
                assertThat(e.hint()).isPresent();
              });
      assertThat(results).hasSizeGreaterThan(10);
      assertThatThrownBy(() -> results.getLast().next())
          .as("a result that lost a batch does not pretend to be at its end")
          .isInstanceOf(OutOfMemoryException.class);
      assertThat(engine.status().lastFailure().orElseThrow().code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
      results.forEach(QueryResult::close);
      assertThat(rows(engine, BATCH)).isEqualTo(16_384);
    }
  }

  @Test
  void whatMaySpillDoesAndTheCapOnItIsAnErrorOfItsOwn(@TempDir Path directory) throws Exception {
    budget.setLimit(64 * MIB);
    try (Engine engine = Engine.builder().threads(1).tempDirectory(directory).open();
        var worker = Executors.newSingleThreadExecutor()) {
      var rows = worker.submit(() -> rows(engine, SORT));
      long spilled = 0;
      while (!rows.isDone()) {
        spilled = Math.max(spilled, budget.usage().spilled());
      }
      assertThat(rows.get()).isEqualTo(6_000_000);
      assertThat(spilled).isGreaterThan(10 * MIB);
    }
    try (Engine engine = Engine.builder().threads(1).tempDirectory(directory).maxSpill(4 * MIB).open()) {
      assertThatThrownBy(() -> rows(engine, SORT))
          .isInstanceOfSatisfying(
              OutOfMemoryException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SPILL_LIMIT);
                assertThat(e.hint()).isPresent();
              });
      assertThat(rows(engine, "FROM range(10)")).isEqualTo(10);
    }
  }

  @Test
  void whatCannotSpillFailsAndTheEngineGoesOn() {
    budget.setLimit(64 * MIB);
    try (Engine engine = open()) {
      assertThatThrownBy(() -> rows(engine, "SELECT list(range) FROM range(20000000)"))
          .isInstanceOf(OutOfMemoryException.class);
      assertThat(rows(engine, "FROM range(10)")).isEqualTo(10);
    }
  }

  @Test
  void enginesShareTheBudget() {
    budget.setLimit(256 * MIB);
    try (Engine first = open()) {
      assertThat(first.memory().limit()).isBetween(240 * MIB, 256 * MIB);
      try (Engine second = Engine.builder().threads(1).memoryLimit(32 * MIB).open();
          Engine third = open()) {
        assertThat(second.memory().limit()).isEqualTo(32 * MIB);
        assertThat(first.memory().limit()).isEqualTo(third.memory().limit()).isBetween(100 * MIB, 112 * MIB);
      }
      assertThat(first.memory().limit()).isBetween(240 * MIB, 256 * MIB);
    }
  }

  @Test
  void aLimitBelowWhatIsInUseIsRefused() {
    budget.setLimit(256 * MIB);
    try (Engine engine = open()) {
      engine.execute("SET temp_directory = ''");
      engine.execute("CREATE TABLE t AS SELECT hash(range) AS h FROM range(10000000)");
      assertThat(engine.memory().used()).isGreaterThan(64 * MIB);
      assertThatThrownBy(() -> budget.setLimit(32 * MIB))
          .isInstanceOf(OutOfMemoryException.class)
          .hasMessageContaining("cannot become 32.0 MiB");
      assertThat(budget.limit()).isEqualTo(256 * MIB);
      engine.execute("DROP TABLE t");
      budget.setLimit(32 * MIB);
    }
    assertThatThrownBy(() -> budget.setLimit(0)).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void listenersAreToldOncePerCrossing() throws Exception {
    budget.setLimit(64 * MIB);
    LinkedBlockingQueue<MemoryUsage> told = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<MemoryUsage> toldOfMore = new LinkedBlockingQueue<>();
    try (Engine engine = open();
        var _ = budget.onThreshold(0.25, told::add);
        var _ =
            budget.onThreshold(
                0.01,
                usage -> {
                  throw new IllegalStateException("a listener that fails");
                });
        var _ = budget.onThreshold(0.99, toldOfMore::add)) {
      for (int crossing = 0; crossing < 2; crossing++) {
        List<QueryResult> held = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          QueryResult result = engine.query(BATCH);
          held.add(result);
          result.next();
        }
        MemoryUsage usage = told.poll(10, TimeUnit.SECONDS);
        assertThat(usage).as("crossing %s", crossing).isNotNull();
        assertThat(usage.fraction()).isGreaterThanOrEqualTo(0.25);
        assertThat(told.poll(300, TimeUnit.MILLISECONDS)).as("it is told once").isNull();
        held.forEach(QueryResult::close);
        // Seen from here, the watch has looked once more after three of its intervals.
        assertThat(told.poll(300, TimeUnit.MILLISECONDS)).isNull();
      }
      assertThat(toldOfMore).isEmpty();
    }
  }

  @Test
  void aRegistrationThatIsClosedIsOver() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    MemoryBudget.Registration registration = budget.onThreshold(1e-9, usage -> told.countDown());
    registration.close();
    registration.close();
    try (Engine engine = open();
        QueryResult result = engine.query(BATCH)) {
      result.next();
      assertThat(told.await(300, TimeUnit.MILLISECONDS)).isFalse();
    }
    assertThatThrownBy(() -> budget.onThreshold(0, usage -> {})).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> budget.onThreshold(1.1, usage -> {})).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> budget.onThreshold(Double.NaN, usage -> {})).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void manyThreadsLeaveNothingReserved() throws Exception {
    long seed = Long.getLong("dataprism.seed", System.nanoTime());
    System.out.println("MemoryBudgetTest seed: " + seed);
    budget.setLimit(64 * MIB);
    try (Engine engine = open();
        var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<Long>> users = new ArrayList<>();
      for (int user = 0; user < 8; user++) {
        Random random = new Random(seed + user);
        users.add(() -> use(engine, random));
      }
      long refused = 0;
      for (var use : pool.invokeAll(users)) {
        refused += use.get();
      }
      assertThat(refused).as("the budget was short").isPositive();
      assertThat(budget.usage().batches()).isZero();
      assertThat(engine.liveHandles().batches()).isZero();
    }
  }

  private static long use(Engine engine, Random random) {
    long refused = 0;
    List<QueryResult> held = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      try {
        QueryResult result = engine.query("SELECT repeat('x', ?) FROM range(16384)", random.nextInt(300));
        held.add(result);
        result.next();
      } catch (OutOfMemoryException e) {
        refused++;
        held.forEach(QueryResult::close);
        held.clear();
      }
      if (held.size() > 8) {
        held.remove(random.nextInt(held.size())).close();
      }
    }
    held.forEach(QueryResult::close);
    return refused;
  }

  private static Engine open() {
    return Engine.builder().threads(1).open();
  }

  private static long rows(Engine engine, String sql) {
    long rows = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        rows += batch.rowCount();
      }
    }
    return rows;
  }
}
