package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What virtual threads do besides running queries: their carriers stay free, and closing never waits for a worker.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class VirtualThreadTest {
  /// More than there are carriers: were those pinned, nothing else could run on a virtual thread.
  private static final int THREADS = 4 * Runtime.getRuntime().availableProcessors();

  /// DuckDB folds the constants as it plans the statement, and takes some tenths of a second for it.
  private static final String SLOW_TO_PREPARE = "SELECT " + "md5(repeat('x', 20_000_000)) || ".repeat(5) + "''";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// Makes slow calls on many virtual threads, and checks that another one runs meanwhile.
  private static void carriersStayFree(Callable<?> slow) throws Exception {
    carriersStayFree(Collections.nCopies(THREADS, slow));
  }

  private static void carriersStayFree(List<? extends Callable<?>> slow) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger returned = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (Callable<?> each : slow) {
        calls.add(
            threads.submit(() -> {
              begun.countDown();
              each.call();
              return returned.incrementAndGet();
            }));
      }
      begun.await();
      int before = threads.submit(returned::get).get();
      // A pinned carrier makes its calls to their end, one after the other, before another thread gets its turn.
      int pinned = THREADS - Runtime.getRuntime().availableProcessors();
      assertThat(before).as("calls that had returned when another thread got its turn").isLessThan(pinned);
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  @Test
  void preparingDoesNotPin() throws Exception {
    try (Engine engine = Engine.open()) {
      carriersStayFree(() -> {
        engine.prepare(SLOW_TO_PREPARE).close();
        return null;
      });
      carriersStayFree(() -> {
        try (Session session = engine.session();
            Transaction transaction = session.begin()) {
          session.prepare(SLOW_TO_PREPARE).close();
          transaction.prepare("SELECT 1").close();
        }
        return null;
      });
    }
  }

  @Test
  void closingAnEngineDoesNotPin(@TempDir Path directory) throws Exception {
    List<Callable<?>> closes = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      // Closing writes all of it to the file.
      Engine engine = Engine.builder().database(directory.resolve(i + ".duckdb")).threads(1).open();
      engine.execute("SET wal_autocheckpoint = '10GB'");
      engine.execute("CREATE TABLE t AS SELECT hash(range) AS h FROM range(1_000_000)");
      closes.add(() -> {
        engine.close();
        return null;
      });
    }
    carriersStayFree(closes);
  }

  @Test
  void openingAnEngineDoesNotPin(@TempDir Path directory) throws Exception {
    List<Callable<?>> opens = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      opens.add(() -> {
        try (Engine engine = Engine.builder().database(directory.resolve(number + ".duckdb")).lazy().open();
            Transaction transaction = engine.begin()) {
          return transaction.isActive();
        }
      });
    }
    carriersStayFree(opens);
  }

  @Test
  void aPreparationIsStoppedByInterruptingItsThread() throws Exception {
    try (Engine engine = Engine.builder().workers(1).open()) {
      CompletableFuture<Long> endless = Workers.occupy(engine);
      FutureTask<PreparedStatement> waiting = new FutureTask<>(() -> engine.prepare("SELECT 1"));
      Thread thread = Thread.ofVirtual().start(waiting);
      while (engine.status().queued() == 0) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      assertThatThrownBy(waiting::get).hasCauseInstanceOf(InterruptedQueryException.class);
      assertThat(engine.status().queued()).isZero();
      assertThat(engine.statistics().ended()).as("preparing is no query").isZero();
      endless.cancel(true);
    }
  }

  @Test
  void closingStopsWhatHoldsAllWorkers() throws Exception {
    Engine engine = Engine.builder().workers(1).open();
    try (Session session = engine.session();
        PreparedStatement statement = engine.prepare(Workers.ENDLESS)) {
      closingStops(session.sql(Workers.ENDLESS), session::close);
      closingStops(statement.with(), statement::close);
      Transaction transaction = engine.begin();
      closingStops(transaction.sql(Workers.ENDLESS), transaction::close);
      closingStops(engine.sql(Workers.ENDLESS), engine::close);
    }
    assertThat(engine.isClosed()).isTrue();
  }

  private static void closingStops(Query endless, Runnable close) throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    FutureTask<Long> query = new FutureTask<>(endless.onProgress(progress -> running.countDown())::execute);
    Thread.ofVirtual().start(query);
    running.await();
    Thread.ofVirtual().start(close).join();
    assertThatThrownBy(query::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfAny(ClosedException.class, InterruptedQueryException.class);
  }

  @Test
  void aResultIsClosedWhileAllWorkersAreBusy() throws Exception {
    try (Engine engine = Engine.builder().workers(1).open()) {
      CountDownLatch go = new CountDownLatch(1);
      CountDownLatch pulled = new CountDownLatch(1);
      FutureTask<Boolean> reading =
          new FutureTask<>(() -> {
            QueryResult result = engine.query("FROM range(100_000)");
            RecordBatch batch = result.next();
            pulled.countDown();
            go.await();
            result.close();
            result.close();
            return batch != null && result.isClosed();
          });
      Thread.ofVirtual().start(reading);
      pulled.await();
      CompletableFuture<Long> endless = Workers.occupy(engine);
      go.countDown();
      assertThat(reading.get()).isTrue();
      assertThat(engine.liveHandles().results()).isZero();
      assertThat(engine.liveHandles().batches()).isZero();
      endless.cancel(true);
    }
  }

  @Test
  void everythingWorksOnAVirtualThread() throws Exception {
    FutureTask<Long> all =
        new FutureTask<>(() -> {
          try (Engine engine = Engine.open();
              Session session = engine.session()) {
            session.execute("CREATE TABLE t (n BIGINT)");
            try (PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?)")) {
              assertThat(insert.execute(1)).isEqualTo(1);
              assertThat(insert.executeBatch(List.of(new Object[] {2}, new Object[] {3}))).isEqualTo(2);
            }
            try (Transaction transaction = session.begin()) {
              transaction.execute("DELETE FROM t");
            }
            assertThatThrownBy(() -> engine.prepare("SELEC 1")).isInstanceOf(DataPrismException.class);
            try (QueryResult result = engine.sql("SELECT sum(n)::BIGINT FROM t").profiled().run()) {
              long sum = result.next().int64(0).get(0);
              assertThat(result.next()).isNull();
              assertThat(result.metrics().profile()).isPresent();
              return sum;
            }
          }
        });
    Thread.ofVirtual().start(all);
    assertThat(all.get()).isEqualTo(6);
  }
}
