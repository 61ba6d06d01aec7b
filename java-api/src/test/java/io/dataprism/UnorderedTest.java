package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.error.TransactionException;
import io.dataprism.error.UnsupportedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rows that several threads hand to a consumer at once.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class UnorderedTest {
  private static final long ROWS = 2_000_000;
  private static final String SEED_PROPERTY = "dataprism.test.seed";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// An engine of two threads with a table that is large enough for both.
  private static Engine engine() {
    Engine engine = Engine.builder().threads(2).open();
    engine.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(" + ROWS + ")");
    return engine;
  }

  private static long sum(RecordBatch batch) {
    long sum = 0;
    for (long row = 0; row < batch.rowCount(); row++) {
      sum += batch.int64(0).get(row);
    }
    return sum;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyRowComesOnce() {
    try (Engine engine = engine()) {
      for (long rows : new long[] {0, 1, 2047, 2049, 16_384, 16_385, 200_000, ROWS}) {
        AtomicLong sum = new AtomicLong();
        long taken = engine.sql("FROM numbers WHERE n < ?").with(rows).forEachUnordered(b -> sum.addAndGet(sum(b)));
        assertThat(taken).isEqualTo(rows);
        assertThat(sum).hasValue(rows * (rows - 1) / 2);
      }
      assertThat(engine.liveHandles().batches()).isZero();
    }
  }

  @Test
  void twoThreadsAreInTheConsumerAtOnce() {
    try (Engine engine = engine()) {
      CountDownLatch two = new CountDownLatch(2);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      long taken =
          engine
              .sql("FROM numbers")
              .forEachUnordered(batch -> {
                if (threads.add(Thread.currentThread())) {
                  two.countDown();
                  await(two);
                }
              });
      assertThat(taken).isEqualTo(ROWS);
      assertThat(threads).hasSize(2);
    }
  }

  @Test
  void sessionsTransactionsPreparedStatementsAndParameters() {
    try (Engine engine = engine();
        Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE small AS FROM numbers WHERE n < 100000");
      try (PreparedStatement below = session.prepare("SELECT n, $name AS x FROM small WHERE n < $limit")) {
        for (int limit : new int[] {0, 10, 70_000}) {
          Query query = below.with(Map.of("limit", limit, "name", "é"));
          assertThat(query.forEachUnordered(batch -> assertThat(batch.utf8("x").get(0)).isEqualTo("é")))
              .isEqualTo(limit);
        }
      }
      try (Transaction transaction = session.begin()) {
        transaction.execute("INSERT INTO small VALUES (-1)");
        assertThat(session.sql("FROM small").forEachUnordered(batch -> {})).isEqualTo(100_001);
        transaction.execute("INSERT INTO small VALUES (-2)");
        assertThat(session.sql("FROM small").forEachUnordered(batch -> {})).isEqualTo(100_002);
        transaction.rollback();
      }
      assertThat(session.sql("FROM small").forEachUnordered(batch -> {})).isEqualTo(100_000);
    }
  }

  @Test
  void whatTheConsumerThrowsIsThrownAndStopsTheQuery() {
    try (Engine engine = engine()) {
      CyclicBarrier both = new CyclicBarrier(2);
      Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
      Throwable caught =
          catchThrowable(() ->
              engine
                  .sql("FROM numbers")
                  .forEachUnordered(batch -> {
                    try {
                      both.await(60, TimeUnit.SECONDS);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                    AssertionError error = new AssertionError("on purpose");
                    thrown.add(error);
                    throw error;
                  }));
      assertThat(thrown).hasSize(2).contains((AssertionError) caught);
      assertThat(caught.getSuppressed()).hasSize(1);
      assertThat(thrown).contains(caught.getSuppressed()[0]);

      RuntimeException always = new IllegalStateException("always the same");
      assertThatThrownBy(() ->
              engine
                  .sql("FROM numbers")
                  .forEachUnordered(batch -> {
                    throw always;
                  }))
          .isSameAs(always)
          .hasNoSuppressedExceptions();
      assertThat(engine.liveHandles().batches()).isZero();
      assertThat(engine.sql("FROM numbers").forEachUnordered(batch -> {})).isEqualTo(ROWS);
    }
  }

  @Test
  void anExceptionOfTheConsumerAbortsTheTransactionAsAnyFailedStatementDoes() {
    try (Engine engine = engine();
        Session session = engine.session();
        Transaction transaction = session.begin()) {
      transaction.execute("INSERT INTO numbers VALUES (-1)");
      RuntimeException failure = new IllegalStateException("on purpose");
      assertThatThrownBy(() ->
              session
                  .sql("FROM numbers")
                  .forEachUnordered(batch -> {
                    throw failure;
                  }))
          .isSameAs(failure);
      assertThatThrownBy(transaction::commit).isInstanceOf(TransactionException.class);
      transaction.rollback();
      assertThat(session.sql("FROM numbers WHERE n < 0").forEachUnordered(batch -> {})).isZero();
    }
  }

  @Test
  void aBatchBelongsToItsThreadUntilTheConsumerReturns() {
    try (Engine engine = engine()) {
      Queue<RecordBatch> kept = new ConcurrentLinkedQueue<>();
      Queue<Throwable> elsewhere = new ConcurrentLinkedQueue<>();
      AtomicInteger batches = new AtomicInteger();
      Map<Thread, RecordBatch> before = new ConcurrentHashMap<>();
      AtomicInteger closed = new AtomicInteger();
      engine
          .sql("FROM numbers WHERE n < 200000")
          .forEachUnordered(batch -> {
            RecordBatch last = before.put(Thread.currentThread(), batch);
            if (last != null) {
              assertThatThrownBy(() -> last.int64(0)).isInstanceOf(IllegalStateException.class);
              closed.incrementAndGet();
            }
            if (batches.getAndIncrement() % 2 == 0) {
              kept.add(batch);
              Thread other = Thread.ofVirtual().start(() -> elsewhere.add(catchThrowable(() -> batch.int64(0))));
              join(other);
            } else {
              batch.close();
            }
          });
      assertThat(elsewhere).isNotEmpty().allMatch(WrongThreadException.class::isInstance);
      assertThat(closed).hasPositiveValue();
      assertThat(kept).isNotEmpty().allMatch(RecordBatch::isClosed);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTimeLimitStopsIt() {
    try (Engine engine = engine()) {
      AtomicInteger inside = new AtomicInteger();
      assertThatThrownBy(() ->
              engine
                  .sql("FROM range(1000000000000)")
                  .timeLimit(Duration.ofMillis(200))
                  .forEachUnordered(batch -> {
                    inside.incrementAndGet();
                    assertThat(sum(batch)).isNotNegative();
                    inside.decrementAndGet();
                  }))
          .isInstanceOf(TimeLimitException.class);
      assertThat(inside).as("every call of the consumer has returned").hasValue(0);
    }
  }

  @Test
  void aTimeLimitHoldsForTheRowsThatComeLast() {
    try (Engine engine = engine()) {
      assertThatThrownBy(() ->
              engine
                  .sql("FROM range(10)")
                  .timeLimit(Duration.ofMillis(50))
                  .forEachUnordered(batch -> join(sleeper(Duration.ofMillis(500)))))
          .isInstanceOf(TimeLimitException.class);
    }
  }

  private static Thread sleeper(Duration duration) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            Thread.sleep(duration);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void interruptingTheWaitingThreadStopsIt() throws Exception {
    for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      try (Engine engine = engine()) {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(1);
        Thread thread =
            builder.start(() ->
                thrown.set(
                    catchThrowable(
                        () -> engine.sql("FROM range(1000000000000)").forEachUnordered(batch -> started.countDown()))));
        await(started);
        thread.interrupt();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedQueryException.class);
      }
    }
  }

  @Test
  void aFutureHasTheNumberOfRowsAndCancellingItStopsTheQuery() throws Exception {
    try (Engine engine = engine()) {
      assertThat(engine.sql("FROM numbers").forEachUnorderedAsync(batch -> {}).get()).isEqualTo(ROWS);

      RuntimeException failure = new IllegalStateException("on purpose");
      CompletableFuture<Long> failing =
          engine
              .sql("FROM numbers")
              .forEachUnorderedAsync(batch -> {
                throw failure;
              });
      assertThatThrownBy(failing::get).hasCause(failure);

      CountDownLatch started = new CountDownLatch(1);
      CompletableFuture<Long> endless =
          engine.sql("FROM range(1000000000000)").forEachUnorderedAsync(batch -> started.countDown());
      await(started);
      endless.cancel(true);
      assertThatThrownBy(endless::get).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void aVirtualThreadMayWaitForIt() throws Exception {
    try (Engine engine = engine();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> rows =
          IntStream.range(0, 20)
              .mapToObj(i -> threads.submit(() -> engine.sql("FROM numbers").forEachUnordered(batch -> {})))
              .toList();
      for (Future<Long> future : rows) {
        assertThat(future.get()).isEqualTo(ROWS);
      }
    }
  }

  @Test
  void progressCountsTheRows() {
    try (Engine engine = engine()) {
      Queue<Progress> seen = new ConcurrentLinkedQueue<>();
      Semaphore told = new Semaphore(0);
      engine
          .sql("FROM numbers")
          .onProgress(progress -> {
            seen.add(progress);
            if (progress.rows() == ROWS) {
              told.release();
            }
          })
          .forEachUnordered(batch -> {});
      assertThat(catchThrowable(() -> assertThat(told.tryAcquire(60, TimeUnit.SECONDS)).isTrue())).isNull();
      assertThat(seen).extracting(Progress::rows).allMatch(rows -> rows >= 0 && rows <= ROWS);
    }
  }

  @Test
  void closingTheEngineStopsIt() {
    Engine engine = engine();
    CountDownLatch started = new CountDownLatch(1);
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              await(started);
              engine.close();
            });
    assertThatThrownBy(() -> engine.sql("FROM range(1000000000000)").forEachUnordered(batch -> started.countDown()))
        .isInstanceOfAny(InterruptedQueryException.class, ClosedException.class);
    join(closer);
  }

  @Test
  void interruptingTheSessionStopsItAlsoFromTheConsumer() {
    try (Engine engine = engine();
        Session session = engine.session()) {
      assertThatThrownBy(() -> session.sql("FROM range(1000000000000)").forEachUnordered(batch -> session.interrupt()))
          .isInstanceOf(InterruptedQueryException.class);
      assertThat(session.sql("FROM numbers").forEachUnordered(batch -> {})).isEqualTo(ROWS);
    }
  }

  @Test
  void theConsumerCannotCloseWhatWaitsForIt() {
    try (Engine engine = engine();
        Session session = engine.session();
        PreparedStatement prepared = session.prepare("FROM numbers")) {
      Runnable closeSession = session::close;
      List<Runnable> closes = List.of(engine::close, closeSession, prepared::close);
      for (Runnable close : closes) {
        assertThatThrownBy(() -> prepared.with().forEachUnordered(batch -> close.run()))
            .isInstanceOfSatisfying(BusyException.class, e -> assertThat(e.hint()).isPresent());
      }
      // Not even from the consumer of a query that the consumer runs, on whichever thread that is called.
      assertThatThrownBy(() ->
              session
                  .sql("FROM numbers")
                  .forEachUnordered(batch -> engine.sql("FROM numbers").forEachUnordered(inner -> closeSession.run())))
          .isInstanceOf(BusyException.class);
      assertThat(engine.isClosed() || session.isClosed()).isFalse();
      assertThat(prepared.with().forEachUnordered(batch -> {})).isEqualTo(ROWS);
    }
  }

  @Test
  void theConsumerMayRunOtherQueriesButNotInTheSameSession() {
    try (Engine engine = engine();
        Session session = engine.session()) {
      CountDownLatch two = new CountDownLatch(2);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      AtomicLong nested = new AtomicLong();
      long taken =
          session
              .sql("FROM numbers")
              .forEachUnordered(batch -> {
                assertThatThrownBy(() -> session.execute("SELECT 1")).isInstanceOf(BusyException.class);
                // All of DuckDB's threads are in here at once, and none is left for the queries below.
                if (threads.add(Thread.currentThread())) {
                  two.countDown();
                  await(two);
                  nested.addAndGet(engine.sql("FROM numbers").forEachUnordered(inner -> {}));
                  try (QueryResult result = engine.query("FROM numbers ORDER BY n DESC LIMIT 100000")) {
                    for (RecordBatch rows : result) {
                      nested.addAndGet(rows.rowCount());
                    }
                  }
                }
              });
      assertThat(taken).isEqualTo(ROWS);
      assertThat(nested).hasValue(2 * (ROWS + 100_000));
    }
  }

  @Test
  void onlyASelectHasRowsInAnyOrder() {
    try (Engine engine = engine()) {
      for (String sql :
          List.of(
              "INSERT INTO numbers VALUES (-1) RETURNING n",
              "DELETE FROM numbers; DELETE FROM numbers",
              "EXPLAIN FROM numbers",
              "SET threads = 1",
              "PIVOT numbers ON n")) {
        assertThatThrownBy(() -> engine.sql(sql).forEachUnordered(batch -> {}))
            .as(sql)
            .isInstanceOfSatisfying(
                UnsupportedException.class,
                e -> {
                  assertThat(e.hint()).isPresent();
                  assertThat(e.sql()).contains(sql);
                });
      }
      assertThat(engine.sql("FROM numbers").forEachUnordered(batch -> {})).as("nothing has run").isEqualTo(ROWS);
      assertThatThrownBy(() -> engine.sql("SELEC").forEachUnordered(batch -> {})).isInstanceOf(SyntaxException.class);
      assertThat(
              engine.sql("DELETE FROM numbers WHERE n >= 100; FROM numbers -- the rest;").forEachUnordered(batch -> {}))
          .isEqualTo(100);
    }
  }

  @Test
  void sqlCannotCallWhatDelivers() {
    try (Engine engine = engine()) {
      for (String sql :
          List.of(
              "SELECT dataprism_deliver(n) FROM numbers",
              "SELECT dataprism_deliver(n) OVER () FROM numbers",
              "SELECT n % 2, dataprism_deliver(n) FROM numbers GROUP BY 1")) {
        assertThatThrownBy(() -> engine.query(sql)).as(sql).isInstanceOf(BinderException.class);
        assertThatThrownBy(() -> engine.sql(sql).forEachUnordered(batch -> {}))
            .as(sql)
            .isInstanceOf(BinderException.class);
      }
    }
  }

  @Test
  void aDatabaseThatIsOpenForReadingAndATransactionThatBeganBefore(@TempDir Path folder) {
    Path file = folder.resolve("numbers.duckdb");
    try (Engine engine = Engine.open(file)) {
      engine.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(100000)");
    }
    try (Engine engine = Engine.builder().database(file).readOnly().open();
        Session session = engine.session();
        Transaction transaction = session.begin()) {
      transaction.execute("SELECT count(*) FROM numbers");
      assertThat(session.sql("FROM numbers").forEachUnordered(batch -> {})).isEqualTo(100_000);
    }
  }

  @Test
  void manyThreadsAtOnceWithCancellationsAndFailures() throws Exception {
    Long replayed = Long.getLong(SEED_PROPERTY);
    long seed = replayed != null ? replayed : new SplittableRandom().nextLong();
    IO.println("-D" + SEED_PROPERTY + "=" + seed);
    SplittableRandom root = new SplittableRandom(seed);
    try (Engine engine = engine();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        SplittableRandom random = root.split();
        all.add(
            threads.submit(() -> {
              for (int round = 0; round < 30; round++) {
                oneRound(engine, random);
              }
              return null;
            }));
      }
      for (Future<?> future : all) {
        future.get();
      }
      // A future that is cancelled does not wait for its query, which ends on a worker.
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (openIn(engine) > 0 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(openIn(engine)).isZero();
      assertThat(engine.sql("FROM numbers").forEachUnordered(batch -> {})).isEqualTo(ROWS);
    }
  }

  private static long openIn(Engine engine) {
    LiveHandles live = engine.liveHandles();
    return live.batches() + live.results() + live.statements();
  }

  private static void oneRound(Engine engine, SplittableRandom random) throws Exception {
    long rows = random.nextLong(500_000);
    int at = random.nextInt(40);
    Query query = engine.sql("FROM numbers WHERE n < ?").with(rows);
    AtomicLong sum = new AtomicLong();
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger inside = new AtomicInteger();
    switch (random.nextInt(4)) {
      case 0 -> {
        assertThat(query.forEachUnordered(batch -> sum.addAndGet(sum(batch)))).isEqualTo(rows);
        assertThat(sum).hasValue(rows * (rows - 1) / 2);
      }
      case 1 -> {
        RuntimeException failure = new IllegalStateException("on purpose");
        Throwable thrown =
            catchThrowable(() ->
                query.forEachUnordered(batch -> {
                  inside.incrementAndGet();
                  try {
                    if (calls.getAndIncrement() == at) {
                      throw failure;
                    }
                  } finally {
                    inside.decrementAndGet();
                  }
                }));
        assertThat(inside).hasValue(0);
        assertThat(thrown).isSameAs(calls.get() > at ? failure : null);
      }
      case 2 -> {
        CountDownLatch reached = new CountDownLatch(1);
        CompletableFuture<Long> future =
            query.forEachUnorderedAsync(batch -> {
              if (calls.getAndIncrement() == at) {
                reached.countDown();
              }
            });
        CompletableFuture<Long> ended = future.whenComplete((taken, e) -> reached.countDown());
        await(reached);
        if (!future.cancel(true)) {
          assertThat(ended.get()).isEqualTo(rows);
        }
      }
      default -> {
        try {
          assertThat(query.timeLimit(Duration.ofMillis(1 + random.nextInt(20))).forEachUnordered(batch -> {}))
              .isEqualTo(rows);
        } catch (TimeLimitException e) {
          assertThat(e.code().number()).isEqualTo(1001);
        }
      }
    }
  }
}
