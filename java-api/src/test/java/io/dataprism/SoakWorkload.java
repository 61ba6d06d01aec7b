package io.dataprism;

import io.dataprism.cache.CacheOptions;
import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.OutOfMemoryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.error.TransactionException;
import io.dataprism.job.Job;
import io.dataprism.job.JobState;
import io.dataprism.job.JobTarget;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// The program of [SoakTest]: many threads on few engines, each doing what its random numbers say.
///
/// The time is cut into rounds. Between two of them nothing runs, and memory is measured: what is in use then is what
/// has been left behind.
final class SoakWorkload {
  /// How one thing that a thread did ended. All are right, and each has to be met.
  enum Ending {
    ANSWERED,
    STOPPED_EARLY,
    REFUSED_SQL,
    FAILED_WHILE_RUNNING,
    CANCELLED,
    TIME_LIMIT,
    THREAD_INTERRUPTED,
    OUT_OF_MEMORY,
    CONFLICT,
    BUSY,
    CLOSED_BY_ANOTHER,
    OVERLOADED
  }

  /// After so great a part of the rounds memory has to stay as it is: pools are filled and code is compiled.
  private static final double WARM_UP = 0.3;

  private static final long KEYS = 10_000;
  private static final int ACCOUNTS = 50;
  private static final long BALANCE = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  /// A thing to do, and how it may end.
  private interface Deed {
    Ending run(Random random) throws Exception;
  }

  private final Engine engine;

  /// Where statements take more memory than there is; apart, so that other answers stay certain.
  private final Engine small;

  private final PreparedStatement lookup;
  private final List<Deed> deeds =
      List.of(
          this::lookUp,
          this::lookUp,
          this::aggregate,
          this::readAll,
          this::readAFew,
          this::readUnordered,
          this::askAgain,
          this::workInBackground,
          this::failAtOnce,
          this::failLate,
          this::cancelFuture,
          this::cancelSubscription,
          this::runIntoTimeLimit,
          this::interruptThread,
          this::takeTooMuchMemory,
          this::transfer,
          this::addUp,
          this::useBusySession,
          this::closeSessionInUse,
          this::closeEngineInUse,
          this::askFromVirtualThreads,
          this::overload);

  private final Map<Ending, AtomicLong> endings = new EnumMap<>(Ending.class);
  private final AtomicReference<Throwable> wrong = new AtomicReference<>();

  private SoakWorkload(Engine engine, Engine small) {
    this.engine = engine;
    this.small = small;
    for (Ending ending : Ending.values()) {
      endings.put(ending, new AtomicLong());
    }
    engine.execute("CREATE TABLE lookup AS SELECT range AS id, range * 3 AS triple FROM range(" + KEYS + ")");
    engine.execute(
        "CREATE TABLE accounts AS SELECT range::INTEGER AS id, " + BALANCE + "::BIGINT AS balance FROM range(?)",
        ACCOUNTS);
    this.lookup = engine.prepare("SELECT triple FROM lookup WHERE id = ?");
  }

  /// The program.
  ///
  /// @param arguments the database file, seconds, rounds, threads and the seed
  public static void main(String[] arguments) throws Throwable {
    int rounds = Integer.parseInt(arguments[2]);
    Duration round = Duration.ofMillis(Long.parseLong(arguments[1]) * 1_000 / rounds);
    int threads = Integer.parseInt(arguments[3]);
    long seed = Long.parseLong(arguments[4]);
    boolean failed;
    List<Measured> measured = new ArrayList<>();
    try (Engine engine =
            Engine.builder()
                .database(Path.of(arguments[0]))
                .memoryLimit(512L << 20)
                .cache(CacheOptions.ofBytes(1 << 20))
                .maxJobs(4)
                .open();
        Engine small = Engine.builder().memoryLimit(32L << 20).threads(1).open()) {
      small.execute("SET GLOBAL max_temp_directory_size = '0B'");
      SoakWorkload workload = new SoakWorkload(engine, small);
      for (int i = 0; i < rounds && workload.wrong.get() == null; i++) {
        workload.runRound(round, threads, seed + (long) i * threads);
        System.gc();
        giveBackFreedMemory();
        long resident = ResidentMemory.bytes();
        measured.add(new Measured(System.nanoTime() / 1e9, resident));
        System.out.println(
            "round "
                + i
                + " resident "
                + (resident >> 20)
                + " MiB, DuckDB "
                + (engine.memory().used() >> 20)
                + " MiB, compiled code and classes "
                + (nonHeapBytes() >> 20)
                + " MiB, open "
                + engine.liveHandles());
      }
      workload.endings.forEach((ending, count) -> System.out.println(ending + "=" + count));
      failed = workload.wrong.get() != null;
      if (failed) {
        workload.wrong.get().printStackTrace(System.out);
      }
      workload.lookup.close();
    }
    System.out.println("wrong=" + (failed ? 1 : 0));
    System.out.println("live=" + LiveHandles.ofProcess().total());
    List<Measured> later = measured.subList((int) (measured.size() * WARM_UP), measured.size());
    System.out.println("growth=" + (later.getLast().bytes - later.getFirst().bytes));
    System.out.println("slope=" + Math.round(slope(later) * 60));
  }

  /// Resident memory at a time.
  private record Measured(double seconds, long bytes) {}

  /// How many bytes a second the line gains that fits best, by least squares: what is left behind a little at a time
  /// shows in it long before it shows between two measurements, each of which is off by some megabytes.
  private static double slope(List<Measured> measured) {
    double meanSeconds = measured.stream().mapToDouble(Measured::seconds).average().orElseThrow();
    double meanBytes = measured.stream().mapToDouble(Measured::bytes).average().orElseThrow();
    double together = 0;
    double square = 0;
    for (Measured each : measured) {
      together += (each.seconds - meanSeconds) * (each.bytes - meanBytes);
      square += (each.seconds - meanSeconds) * (each.seconds - meanSeconds);
    }
    return together / square;
  }

  /// Has glibc give back what has been freed: with 64 threads it keeps up to some hundred megabytes, more or less by
  /// chance, and what is left open could hide in that.
  @SuppressWarnings("restricted")
  private static void giveBackFreedMemory() throws Throwable {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> trim = linker.defaultLookup().find("malloc_trim");
    if (trim.isPresent()) {
      FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
      int given = (int) linker.downcallHandle(trim.get(), descriptor).invokeExact(0L);
      require(given == 0 || given == 1, "malloc_trim gave " + given);
    }
  }

  private static long nonHeapBytes() {
    return ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed();
  }

  private void runRound(Duration length, int threads, long seed) throws InterruptedException {
    long end = System.nanoTime() + length.toNanos();
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Random random = new Random(seed + i);
      running.add(Thread.ofPlatform().name("soak-" + i).start(() -> runUntil(end, random)));
    }
    long patience = end + PATIENCE.toNanos();
    for (Thread thread : running) {
      if (!thread.join(Duration.ofNanos(Math.max(1, patience - System.nanoTime())))) {
        System.out.println("deadlock:");
        for (var info : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true, 50)) {
          System.out.println(info);
        }
        System.out.flush();
        Runtime.getRuntime().halt(3);
      }
    }
  }

  private void runUntil(long end, Random random) {
    while (System.nanoTime() < end && wrong.get() == null) {
      Deed deed = deeds.get(random.nextInt(deeds.size()));
      try {
        Ending ending = deed.run(random);
        endings.get(ending).incrementAndGet();
      } catch (Throwable e) {
        wrong.compareAndSet(null, e);
      }
    }
  }

  private Ending lookUp(Random random) {
    long id = random.nextLong(KEYS);
    return answer(lookup.query(id), id * 3);
  }

  private static Ending answer(QueryResult result, long expected) {
    try (result) {
      RecordBatch batch = result.next();
      require(batch != null && batch.rowCount() == 1, "one row");
      long answer = batch.int64(0).get(0);
      require(answer == expected, answer + " instead of " + expected);
      return Ending.ANSWERED;
    }
  }

  private Ending aggregate(Random random) {
    long n = random.nextLong(1, 200_000);
    return answer(engine.query("SELECT sum(range)::BIGINT FROM range(?)", n), n * (n - 1) / 2);
  }

  private Ending readAll(Random random) {
    long n = random.nextLong(1, 100_000);
    long sum = 0;
    long rows = 0;
    try (QueryResult result = engine.query("SELECT range, 'row ' || range AS text FROM range(?)", n)) {
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          sum += batch.int64(0).get(row);
        }
        long last = batch.rowCount() - 1;
        String text = batch.utf8("text").get(last);
        require(text.equals("row " + batch.int64(0).get(last)), text);
        rows += batch.rowCount();
      }
    }
    require(rows == n && sum == n * (n - 1) / 2, rows + " rows of sum " + sum + " for " + n);
    return Ending.ANSWERED;
  }

  private Ending readAFew(Random random) {
    try (QueryResult result = engine.query("SELECT range FROM range(1000000000)")) {
      long expected = 0;
      for (int i = random.nextInt(4); i > 0; i--) {
        RecordBatch batch = result.next();
        require(batch != null && batch.int64(0).get(0) == expected, "the batch at row " + expected);
        expected += batch.rowCount();
      }
    }
    return Ending.STOPPED_EARLY;
  }

  private Ending readUnordered(Random random) {
    long n = random.nextLong(1, 100_000);
    LongAdder sum = new LongAdder();
    long rows =
        engine
            .sql("SELECT range FROM range(?)")
            .with(n)
            .forEachUnordered(batch -> {
              for (long row = 0; row < batch.rowCount(); row++) {
                sum.add(batch.int64(0).get(row));
              }
            });
    require(rows == n && sum.sum() == n * (n - 1) / 2, rows + " unordered rows of sum " + sum + " for " + n);
    return Ending.ANSWERED;
  }

  private Ending askAgain(Random random) {
    if (random.nextInt(4) == 0) {
      // Rows that are kept have to be those of one state of the database, whichever.
      return answer(engine.sql("SELECT sum(balance)::BIGINT FROM accounts").cached().run(), ACCOUNTS * BALANCE);
    }
    long n = random.nextLong(1, 200);
    return answer(
        engine.sql("SELECT sum(triple)::BIGINT FROM lookup WHERE id < ?").with(n).cached().run(), n * (n - 1) / 2 * 3);
  }

  private Ending workInBackground(Random random) {
    if (random.nextInt(8) != 0) {
      return lookUp(random);
    }
    String table = "job_" + Long.toHexString(random.nextLong());
    long n = random.nextLong(1, 50_000);
    Job job = engine.sql("SELECT range AS n FROM range(" + n + ")").inBackground(JobTarget.table(table));
    if (random.nextInt(3) == 0) {
      job.cancel();
    }
    try {
      job.toFuture().join();
    } catch (CancellationException | CompletionException e) {
      require(job.state() == JobState.CANCELLED, "a job ended as " + job.state() + ": " + e);
      return Ending.CANCELLED;
    }
    answer(engine.query("SELECT count(*) FROM " + table), n);
    engine.execute("DROP TABLE " + table);
    return Ending.ANSWERED;
  }

  private Ending failAtOnce(Random random) {
    String sql =
        switch (random.nextInt(3)) {
          case 0 -> "SELECT FROM WHERE";
          case 1 -> "SELECT nothing FROM lookup";
          default -> "SELECT * FROM no_such_table";
        };
    try {
      engine.execute(sql);
    } catch (SyntaxException | BinderException | CatalogException e) {
      return Ending.REFUSED_SQL;
    }
    throw new AssertionError(sql + " was run");
  }

  private Ending failLate(Random random) {
    long bad = random.nextInt(200_000);
    long rows = 0;
    try (QueryResult result =
        engine.query("SELECT (CASE WHEN range = ? THEN 'x' ELSE '1' END)::INTEGER FROM range(200_000)", bad)) {
      for (RecordBatch batch : result) {
        rows += batch.rowCount();
      }
    } catch (ConversionException e) {
      require(rows <= bad, rows + " rows before row " + bad + " failed");
      return Ending.FAILED_WHILE_RUNNING;
    }
    throw new AssertionError("row " + bad + " did not fail");
  }

  private Ending cancelFuture(Random random) {
    CompletableFuture<Long> future = engine.sql(ENDLESS).executeAsync();
    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(3_000)));
    require(future.cancel(true), "an endless query has ended");
    try {
      future.join();
    } catch (CancellationException e) {
      return Ending.CANCELLED;
    }
    throw new AssertionError("a cancelled future gave something");
  }

  private Ending cancelSubscription(Random random) throws Exception {
    int wanted = 1 + random.nextInt(3);
    CompletableFuture<Long> rows = new CompletableFuture<>();
    engine.sql("SELECT range FROM range(1000000000)").publish().subscribe(new Taking(wanted, rows));
    require(rows.get(PATIENCE.toSeconds(), TimeUnit.SECONDS) > 0, "rows of a subscription");
    return Ending.STOPPED_EARLY;
  }

  /// Takes some batches and cancels.
  private static final class Taking implements Flow.Subscriber<RecordBatch> {
    private final CompletableFuture<Long> rows;
    private int wanted;
    private long expected;
    private Flow.Subscription subscription;

    Taking(int wanted, CompletableFuture<Long> rows) {
      this.wanted = wanted;
      this.rows = rows;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      subscription.request(wanted);
    }

    @Override
    public void onNext(RecordBatch batch) {
      require(batch.int64(0).get(0) == expected, "the batch at row " + expected);
      expected += batch.rowCount();
      if (--wanted == 0) {
        subscription.cancel();
        rows.complete(expected);
      }
    }

    @Override
    public void onError(Throwable e) {
      rows.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      rows.completeExceptionally(new AssertionError("a billion rows ended"));
    }
  }

  private Ending runIntoTimeLimit(Random random) {
    try {
      engine.sql(ENDLESS).timeLimit(Duration.ofMillis(1 + random.nextInt(20))).execute();
    } catch (TimeLimitException e) {
      return Ending.TIME_LIMIT;
    }
    throw new AssertionError("an endless query has ended");
  }

  private Ending interruptThread(Random random) throws InterruptedException {
    Thread waiting = Thread.currentThread();
    long delay = TimeUnit.MICROSECONDS.toNanos(random.nextInt(5_000));
    Thread interrupter =
        Thread.ofVirtual()
            .start(() -> {
              LockSupport.parkNanos(delay);
              waiting.interrupt();
            });
    try {
      engine.execute(ENDLESS);
    } catch (InterruptedQueryException e) {
      require(Thread.interrupted(), "the interrupt status was lost");
      interrupter.join();
      return Ending.THREAD_INTERRUPTED;
    }
    throw new AssertionError("an endless query has ended");
  }

  private Ending takeTooMuchMemory(Random random) {
    try {
      small.execute("SELECT list(range ORDER BY hash(range)) FROM range(" + (20_000_000 + random.nextInt(1_000)) + ")");
    } catch (OutOfMemoryException e) {
      return Ending.OUT_OF_MEMORY;
    }
    throw new AssertionError("160 MB went into 32 MiB");
  }

  private Ending transfer(Random random) {
    int from = random.nextInt(ACCOUNTS);
    int to = random.nextInt(ACCOUNTS);
    try (Transaction transaction = engine.begin()) {
      transaction.execute("UPDATE accounts SET balance = balance - 1 WHERE id = ?", from);
      transaction.execute("UPDATE accounts SET balance = balance + 1 WHERE id = ?", to);
      if (random.nextInt(4) == 0) {
        transaction.rollback();
        return Ending.STOPPED_EARLY;
      }
      transaction.commit();
      return Ending.ANSWERED;
    } catch (TransactionException e) {
      require(e.isRetryable(), e.toString());
      return Ending.CONFLICT;
    }
  }

  private Ending addUp(Random random) {
    return answer(engine.query("SELECT sum(balance)::BIGINT FROM accounts"), ACCOUNTS * BALANCE);
  }

  private Ending useBusySession(Random random) {
    try (Session session = engine.session()) {
      session.execute("CREATE TEMPORARY TABLE mine AS SELECT range AS n FROM range(100000)");
      try (QueryResult first = session.query("FROM mine")) {
        require(first.next() != null, "a first batch");
        try {
          session.execute("SELECT 1");
        } catch (BusyException e) {
          return Ending.BUSY;
        }
        throw new AssertionError("two statements at once in a session");
      }
    }
  }

  private Ending closeSessionInUse(Random random) throws InterruptedException {
    Session session = engine.session();
    return closedInUse(session, session.sql(ENDLESS), random);
  }

  private Ending closeEngineInUse(Random random) throws InterruptedException {
    // Opening an engine costs some 20 ms of a core.
    if (random.nextInt(8) != 0) {
      return addUp(random);
    }
    Engine own = Engine.builder().threads(1).open();
    return closedInUse(own, own.sql(ENDLESS), random);
  }

  private static Ending closedInUse(AutoCloseable used, Query query, Random random) throws InterruptedException {
    long delay = TimeUnit.MICROSECONDS.toNanos(random.nextInt(3_000));
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              LockSupport.parkNanos(delay);
              try {
                used.close();
              } catch (Exception e) {
                failure.set(e);
              }
            });
    try {
      query.execute();
    } catch (ClosedException | InterruptedQueryException e) {
      closer.join();
      require(failure.get() == null, "closing failed: " + failure.get());
      return Ending.CLOSED_BY_ANOTHER;
    }
    throw new AssertionError("an endless query has ended");
  }

  private Ending askFromVirtualThreads(Random random) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < 8; i++) {
      long id = random.nextLong(KEYS);
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  answer(lookup.query(id), id * 3);
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    require(failure.get() == null, "a virtual thread failed: " + failure.get());
    return Ending.ANSWERED;
  }

  private Ending overload(Random random) {
    if (random.nextInt(8) != 0) {
      return lookUp(random);
    }
    boolean refused = false;
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    try (Engine own = Engine.builder().threads(1).workers(1).maxQueued(2).open()) {
      for (int i = 0; i < 8; i++) {
        try {
          futures.add(own.sql(ENDLESS).executeAsync());
        } catch (OverloadedException e) {
          refused = true;
        }
      }
    }
    for (CompletableFuture<Long> future : futures) {
      try {
        future.join();
        throw new AssertionError("an endless query has ended");
      } catch (CompletionException e) {
        require(e.getCause() instanceof DataPrismException, "not one of ours: " + e.getCause());
      }
    }
    require(refused, "eight queries found room for three");
    return Ending.OVERLOADED;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
