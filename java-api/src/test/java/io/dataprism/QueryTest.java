package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Time limits, cancellation, progress, futures and virtual threads.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class QueryTest {
  private static final String ENDLESS = Workers.ENDLESS;

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
  void aTimeLimitStopsAStatement() {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      for (Query query : List.of(engine.sql(ENDLESS), session.sql(ENDLESS))) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> query.timeLimit(Duration.ofMillis(100)).execute())
            .isInstanceOfSatisfying(TimeLimitException.class, e -> assertThat(e.code().number()).isEqualTo(1001));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
      }
      assertThat(one(session.query("SELECT 1::BIGINT"))).isEqualTo(1);
    }
  }

  @Test
  void aTimeLimitStopsAResultThatIsBeingPulled() {
    try (Engine engine = Engine.open();
        QueryResult result =
            engine.sql("SELECT range FROM range(1000000000000)").timeLimit(Duration.ofMillis(200)).run()) {
      assertThatThrownBy(
              () -> {
                for (RecordBatch batch : result) {
                  assertThat(batch.rowCount()).isPositive();
                }
              })
          .isInstanceOf(TimeLimitException.class);
    }
  }

  @Test
  void aTimeLimitThatIsNotReachedChangesNothing() {
    try (Engine engine = Engine.open()) {
      assertThat(one(engine.sql("SELECT 42::BIGINT").timeLimit(Duration.ofSeconds(Long.MAX_VALUE)).run()))
          .isEqualTo(42);
      assertThatThrownBy(() -> engine.sql("SELECT 1").timeLimit(Duration.ZERO))
          .isInstanceOf(ConfigurationException.class);
    }
  }

  @Test
  void interruptingAPlatformThreadStopsItsQuery() throws Exception {
    interruptingStops(Thread.ofPlatform());
  }

  @Test
  void interruptingAVirtualThreadStopsItsQuery() throws Exception {
    interruptingStops(Thread.ofVirtual());
  }

  private static void interruptingStops(Thread.Builder builder) throws Exception {
    try (Engine engine = Engine.open()) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>();
      CountDownLatch running = new CountDownLatch(1);
      Thread thread =
          builder.start(() -> {
            try {
              engine.sql(ENDLESS).onProgress(progress -> running.countDown()).execute();
            } catch (DataPrismException e) {
              thrown.set(e);
            }
            flag.set(Thread.currentThread().isInterrupted());
          });
      running.await();
      thread.interrupt();
      thread.join();
      assertThat(thrown.get()).isInstanceOf(InterruptedQueryException.class);
      assertThat(flag.get()).isTrue();
    }
  }

  @Test
  void aFutureCompletesWithTheRows() throws Exception {
    try (Engine engine = Engine.open()) {
      CompletableFuture<Long> sum =
          engine.queryAsync("SELECT sum(range)::BIGINT FROM range(?)", 1_000_001).thenApply(QueryTest::one);
      assertThat(sum.get()).isEqualTo(500_000_500_000L);
      engine.execute("CREATE TABLE t (n INT)");
      assertThat(engine.sql("INSERT INTO t VALUES (1), (2)").executeAsync().get()).isEqualTo(2);
    }
  }

  @Test
  void aFutureFailsAsTheQueryDoes() {
    try (Engine engine = Engine.open()) {
      assertThatThrownBy(() -> engine.queryAsync("SELEC 1").join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(SyntaxException.class);
    }
  }

  @Test
  void cancellingAFutureStopsTheQuery() throws Exception {
    // With one worker, a query that went on would keep the next one from running.
    try (Engine engine = Engine.builder().workers(1).open()) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<Long> endless = Workers.occupy(engine);
        assertThat(endless.cancel(true)).isTrue();
        assertThatThrownBy(endless::join).isInstanceOf(CancellationException.class);
      }
      assertThat(engine.sql("SELECT 1").executeAsync().join()).isZero();
    }
  }

  @Test
  void whatDependsOnAFutureMayWaitForOtherQueriesOfTheOnlyWorker() {
    try (Engine engine = Engine.builder().workers(1).open()) {
      CompletableFuture<Long> nested =
          engine
              .sql("SELECT 1")
              .executeAsync()
              .thenApply(changed -> {
                assertThat(Thread.currentThread().isVirtual()).isTrue();
                return engine.sql("SELECT 2").execute() + engine.sql("SELECT 3").executeAsync().join();
              });
      assertThat(nested).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(0L);
      CompletableFuture<Long> afterFailure =
          engine.queryAsync("SELEC 1").handle((rows, e) -> engine.sql("SELECT 1").executeAsync().join());
      assertThat(afterFailure).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(0L);
      CompletableFuture<Long> reading = engine.queryAsync("SELECT 42::BIGINT").thenApply(QueryTest::one);
      assertThat(reading).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(42L);
    }
  }

  @Test
  void aResultThatNobodyWaitsForAnyMoreIsClosed() {
    try (Engine engine = Engine.builder().workers(1).open()) {
      List<CompletableFuture<QueryResult>> futures = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        CompletableFuture<QueryResult> future = engine.queryAsync("SELECT range FROM range(100000)");
        futures.add(future);
        // Some are cancelled before a worker has begun with them, some after.
        if (i % 2 == 0) {
          future.exceptionally(e -> null).completeOnTimeout(null, i, TimeUnit.MICROSECONDS).join();
        }
        future.cancel(true);
      }
      for (CompletableFuture<QueryResult> future : futures) {
        if (!future.isCancelled()) {
          future.join().close();
        }
      }
      assertThat(engine.sql("SELECT 1").executeAsync().join()).isZero();
      assertThat(engine.liveHandles().results()).isZero();
    }
  }

  @Test
  void aFullQueueIsATypedErrorAndTheEngineGoesOn() throws Exception {
    try (Engine engine = Engine.builder().workers(1).maxQueued(2).open()) {
      CompletableFuture<Long> running = Workers.occupy(engine);
      List<CompletableFuture<Long>> waiting = new ArrayList<>();
      waiting.add(engine.sql(ENDLESS).executeAsync());
      waiting.add(engine.sql(ENDLESS).executeAsync());
      assertThatThrownBy(() -> engine.sql("SELECT 1").executeAsync())
          .isInstanceOfSatisfying(OverloadedException.class, e -> assertThat(e.code().number()).isEqualTo(1401));
      // Those that are cancelled leave the queue at once, while the worker still runs the first one.
      waiting.forEach(future -> future.cancel(true));
      assertThat(engine.status().queued()).isZero();
      CompletableFuture<Long> next = engine.sql("SELECT 1").executeAsync();
      running.cancel(true);
      assertThat(next.join()).isZero();
    }
  }

  @Test
  void progressGrowsAndIsToldOffTheCallersThread() {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10000000)");
      AtomicReference<Thread> thread = new AtomicReference<>();
      double reached = -1;
      // DuckDB publishes its estimate at times of its own, which may be none of those at which it is asked.
      while (reached <= 0) {
        BlockingQueue<Progress> told = new LinkedBlockingQueue<>();
        engine
            .sql("SELECT count(*) FROM t WHERE md5(n::VARCHAR) = 'x'")
            .onProgress(progress -> {
              thread.set(Thread.currentThread());
              told.add(progress);
            })
            .execute();
        double fraction = -1;
        Duration elapsed = Duration.ZERO;
        for (Progress progress = told.poll(); progress != null; progress = told.poll()) {
          assertThat(progress.fraction()).isBetween(-1.0, 1.0).isGreaterThanOrEqualTo(fraction);
          assertThat(progress.elapsed()).isGreaterThanOrEqualTo(elapsed);
          fraction = progress.fraction();
          elapsed = progress.elapsed();
        }
        reached = fraction;
      }
      assertThat(thread.get()).isNotSameAs(Thread.currentThread());
    }
  }

  @Test
  void progressCountsTheRowsThatWerePulled() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<Progress> told = new LinkedBlockingQueue<>();
      long rows = 0;
      try (QueryResult result = engine.sql("FROM range(100000)").onProgress(told::add).run()) {
        for (RecordBatch batch : result) {
          rows += batch.rowCount();
        }
      }
      assertThat(rows).isEqualTo(100_000);
      // The last one is told when the call that finds no further batch ends.
      Progress last = told.take();
      while (last.rows() < rows) {
        last = told.take();
      }
      assertThat(last.rows()).isEqualTo(rows);
    }
  }

  @Test
  void aListenerThatFailsDoesNotHarmTheQuery() {
    try (Engine engine = Engine.open()) {
      Query query =
          engine
              .sql("SELECT sum(range)::BIGINT FROM range(3)")
              .onProgress(progress -> {
                throw new IllegalStateException("a listener that fails, on purpose");
              });
      assertThat(one(query.run())).isEqualTo(3);
    }
  }

  @Test
  void tenThousandVirtualThreadsQueryAtOnce() throws Exception {
    try (Engine engine = Engine.open();
        PreparedStatement statement = engine.prepare("SELECT ?::BIGINT + 1");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch go = new CountDownLatch(1);
      List<Future<Long>> all = new ArrayList<>();
      for (long n = 0; n < 10_000; n++) {
        long number = n;
        all.add(
            threads.submit(() -> {
              go.await();
              return one(statement.query(number));
            }));
      }
      go.countDown();
      for (int n = 0; n < all.size(); n++) {
        assertThat(all.get(n).get()).isEqualTo(n + 1);
      }
    }
  }

  @Test
  void virtualThreadsKeepTheirCarriersWhileTheyWait() throws Exception {
    // More endless queries than there are carriers: were those pinned, nothing else could run on a virtual thread.
    int queries = 4 * Runtime.getRuntime().availableProcessors();
    try (Engine engine = Engine.builder().workers(queries).open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> endless = new ArrayList<>();
      for (int i = 0; i < queries; i++) {
        endless.add(threads.submit(() -> engine.execute(ENDLESS)));
      }
      assertThat(threads.submit(() -> 42).get()).isEqualTo(42);
      endless.forEach(future -> future.cancel(true));
    }
  }

  @Test
  void aBatchThatAVirtualThreadPulledIsItsOwn() throws Exception {
    try (Engine engine = Engine.open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicLong sum = new AtomicLong();
      threads
          .submit(() -> {
            try (QueryResult result = engine.query("SELECT range FROM range(100000)")) {
              for (RecordBatch batch : result) {
                for (long row = 0; row < batch.rowCount(); row++) {
                  sum.addAndGet(batch.int64(0).get(row));
                }
              }
            }
          })
          .get();
      assertThat(sum.get()).isEqualTo(4_999_950_000L);
    }
  }

  @Test
  void closingTheEngineFailsWhatWaits() {
    Engine engine = Engine.builder().workers(1).open();
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      futures.add(engine.sql(ENDLESS).executeAsync());
    }
    engine.close();
    for (CompletableFuture<Long> future : futures) {
      assertThatThrownBy(future::join).cause().isInstanceOfAny(ClosedException.class, InterruptedQueryException.class);
    }
    assertThatThrownBy(() -> engine.sql("SELECT 1").executeAsync().join()).hasCauseInstanceOf(ClosedException.class);
  }
}
