package io.dataprism.internal.execution;

import io.dataprism.Progress;
import io.dataprism.bindings.CallRunner;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.StatementEffect;
import io.dataprism.bindings.StatementProfile;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.internal.handle.Errors;
import io.dataprism.metrics.QueryMetrics;
import io.dataprism.metrics.QueryProfile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One query from its start until its session is given back: where its native calls are made, and what stops them.
///
/// Thread-safe; one call at a time, which the session sees to.
public final class ActiveQuery implements CallRunner {
  private static final long NEVER = Long.MAX_VALUE;

  /// How often somebody who waits looks whether the query has been stopped, which the watch finds out.
  private static final long WAIT_MILLIS = 2;

  /// A query of which nobody but an observer wants the profile, and that has computed for a shorter time, has nothing
  /// in it that is worth reading it.
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final AtomicLong LAST_ID = new AtomicLong();

  private final long id = LAST_ID.incrementAndGet();
  private final ExecutionContext context;
  private final QueryOptions options;
  private final String sql;
  private final boolean background;
  private final long waitedNanos;
  private final long startNanos = System.nanoTime();
  private final long limitNanos;
  private final @Nullable ProgressReporter reporter;

  /// The native library's number of the thread that makes the call in progress: when the call has ended and somebody
  /// else uses the session, that is not to be interrupted.
  private volatile long callingThread;

  // Guarded by this, so that a session that has been given back is not interrupted.
  private volatile @Nullable SessionHandle session;
  private int calls;
  private @Nullable StopReason reason;
  private boolean ended;
  private double fraction = -1;
  private long rows;
  private long batches;
  private long bytes;
  private long changedRows;

  // Since the start: when the first call began, how long it took and how long all calls have taken; when it ended.
  private long firstCallNanos = -1;
  private long startingNanos;
  private long callingNanos;
  private long endNanos = -1;
  private @Nullable ErrorCode failure;
  private @Nullable QueryProfile profile;
  private boolean profiled;

  /// The thread whose interruption stops the call in progress, or null.
  private volatile @Nullable Thread caller;

  private ActiveQuery(
      ExecutionContext context, String sql, QueryOptions options, boolean background, long waitedNanos) {
    this.context = context;
    this.sql = sql;
    this.options = options;
    this.background = background;
    this.waitedNanos = waitedNanos;
    Duration timeLimit = options.timeLimit();
    this.limitNanos = timeLimit == null ? NEVER : nanos(timeLimit);
    this.reporter = options.listener() == null ? null : new ProgressReporter(options.listener());
  }

  /// Begins a query. Its session is taken when it is first asked for, by the thread that makes the first native call:
  /// of many queries that wait for a worker none holds one.
  public static ActiveQuery begin(ExecutionContext context, String sql, QueryOptions options) {
    return begun(new ActiveQuery(context, sql, options, false, 0));
  }

  /// Begins a query that has waited for a worker before.
  ///
  /// @param submittedNanos when that began, as `System.nanoTime()` tells it
  public static ActiveQuery beginSubmitted(
      ExecutionContext context, String sql, QueryOptions options, long submittedNanos) {
    return begun(new ActiveQuery(context, sql, options, false, System.nanoTime() - submittedNanos));
  }

  /// Begins a query that others do not have to wait for.
  public static ActiveQuery beginInBackground(ExecutionContext context, String sql, QueryOptions options) {
    return begun(new ActiveQuery(context, sql, options, true, 0));
  }

  private static ActiveQuery begun(ActiveQuery query) {
    query.context.observer().started(query);
    return query;
  }

  /// A number that no other query of the process has.
  public long id() {
    return id;
  }

  /// What is run.
  public String sql() {
    return sql;
  }

  boolean isInteractiveOf(WorkerPool pool) {
    return context.workers() == pool && !background;
  }

  /// The session to run it in; to be asked for within a call only.
  public SessionHandle session() {
    SessionHandle taken = session;
    if (taken == null) {
      taken = context.source().take();
      callingThread = SessionHandle.threadNumber();
      synchronized (this) {
        session = taken;
        // Who stopped the query before there was a session has not reached it.
        if (reason != null) {
          throw stopped(reason, null);
        }
      }
      if (options.profiled() || context.observer().wantsProfiles()) {
        taken.setProfiled(true);
        synchronized (this) {
          profiled = true;
        }
      }
    }
    return taken;
  }

  /// Makes a native call of this query: here, or on a worker where this is a virtual thread.
  @Override
  public <T extends @Nullable Object> T run(Supplier<T> call) {
    Thread thread = Thread.currentThread();
    return thread.isVirtual() ? runOnWorker(call) : runHere(call, thread);
  }

  /// Makes a native call on the worker that this is called on.
  public <T extends @Nullable Object> T runOnThisWorker(Supplier<T> call) {
    return runHere(call, null);
  }

  private <T extends @Nullable Object> T runHere(Supplier<T> call, @Nullable Thread interruptible) {
    long begin = System.nanoTime();
    try {
      enter(interruptible);
      try {
        return call.get();
      } catch (InterruptedQueryException e) {
        throw explain(e);
      } finally {
        leave(begin);
      }
    } catch (DataPrismException e) {
      fail(e.code());
      throw e;
    }
  }

  private <T extends @Nullable Object> T runOnWorker(Supplier<T> call) {
    FutureTask<T> task = new FutureTask<>(() -> runHere(call, null));
    AtomicBoolean claimed = new AtomicBoolean();
    try {
      context
          .workers()
          .execute(
              session != null,
              options.group(),
              () -> {
                if (claimed.compareAndSet(false, true)) {
                  task.run();
                }
              });
    } catch (OverloadedException e) {
      fail(e.code());
      throw e;
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          stop(StopReason.THREAD_INTERRUPTED);
          if (claimed.compareAndSet(false, true)) {
            // Nothing has been run, and nothing will be.
            fail(StopReason.THREAD_INTERRUPTED.code);
            throw stopped(StopReason.THREAD_INTERRUPTED, null);
          }
        }
      }
    } catch (ExecutionException e) {
      throw WorkerPool.rethrown(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Waits within a call for something that is not a call itself, until it is done or the query is stopped.
  public void await(Future<?> other) {
    while (true) {
      try {
        other.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        throwIfStopped();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stop(StopReason.THREAD_INTERRUPTED);
        throwIfStopped();
      } catch (ExecutionException | CancellationException e) {
        // It is done, in its own way.
        return;
      }
    }
  }

  private synchronized void throwIfStopped() {
    if (reason != null) {
      throw stopped(reason, null);
    }
  }

  private void enter(@Nullable Thread interruptible) {
    synchronized (this) {
      if (remainingNanos() <= 0) {
        stop(StopReason.TIME_LIMIT);
      }
      if (reason != null) {
        throw stopped(reason, null);
      }
      calls++;
      // Before there is a session the library may not even be loaded.
      if (session != null) {
        callingThread = SessionHandle.threadNumber();
      }
    }
    caller = interruptible;
    Watch.add(this);
  }

  private void leave(long begin) {
    Watch.remove(this);
    caller = null;
    long taken = System.nanoTime() - begin;
    SessionHandle used;
    synchronized (this) {
      calls--;
      if (firstCallNanos < 0) {
        firstCallNanos = begin - startNanos;
        startingNanos = taken;
      }
      callingNanos += taken;
      used = session;
    }
    if (used != null && context.observer().wantsEffects()) {
      tellEffects(used, context.observer());
    }
    if (reporter != null) {
      reporter.report(this);
    }
  }

  /// Stops the query because somebody does not want it any more.
  public void cancel() {
    stop(StopReason.CANCELLED);
  }

  private synchronized void stop(StopReason why) {
    if (reason == null) {
      reason = why;
    }
    interruptCall();
  }

  // A call that has not reached DuckDB yet forgets it; the watch repeats it until the call has ended.
  private synchronized void interruptCall() {
    SessionHandle running = session;
    if (running != null && calls > 0 && !ended) {
      try {
        running.interruptThread(callingThread);
      } catch (ClosedException e) {
        // Closing a session stops what runs in it.
      }
    }
  }

  /// Called by the watch, again and again while a call is in progress.
  void check(long now) {
    Thread waiting = caller;
    if (waiting != null && waiting.isInterrupted()) {
      stop(StopReason.THREAD_INTERRUPTED);
    } else if (limitNanos != NEVER && now - startNanos > limitNanos) {
      stop(StopReason.TIME_LIMIT);
    } else if (isStopped()) {
      interruptCall();
    }
    if (reporter != null) {
      reporter.reportNowAndThen(this, now);
    }
  }

  private synchronized boolean isStopped() {
    return reason != null;
  }

  /// Tells an observer what the statements of a session have done since it was told last.
  public static void tellEffects(SessionHandle session, QueryObserver observer) {
    try {
      List<StatementEffect> effects = session.takeEffects();
      if (!effects.isEmpty()) {
        observer.effects(effects);
      }
    } catch (ClosedException e) {
      // A session that was closed while it ran a statement tells nothing more.
    }
  }

  /// Counts rows that have been pulled.
  public synchronized void addRows(long count) {
    rows += count;
  }

  /// Counts a batch that has been pulled.
  public synchronized void addBatch(long rowCount, long byteSize) {
    rows += rowCount;
    batches++;
    bytes += byteSize;
  }

  /// Counts rows that have been inserted, updated and deleted.
  public synchronized long addChangedRows(long count) {
    changedRows += count;
    return count;
  }

  private synchronized void fail(ErrorCode code) {
    if (failure == null) {
      failure = code;
    }
  }

  /// With which error the query has ended, or null.
  public synchronized @Nullable ErrorCode failure() {
    return failure;
  }

  /// What the query has taken, up to its end or up to now.
  public synchronized QueryMetrics metrics() {
    long total = endNanos >= 0 ? endNanos : System.nanoTime() - startNanos;
    return new QueryMetrics(
        Duration.ofNanos(waitedNanos + (firstCallNanos < 0 ? total : firstCallNanos)),
        Duration.ofNanos(startingNanos),
        Duration.ofNanos(callingNanos - startingNanos),
        Duration.ofNanos(waitedNanos + total),
        rows,
        batches,
        bytes,
        changedRows,
        Optional.ofNullable(profile));
  }

  /// How far the query is.
  public Progress progress() {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
    synchronized (this) {
      SessionHandle running = session;
      if (running != null && !ended) {
        try {
          fraction = Math.max(fraction, running.progress().fraction());
        } catch (ClosedException e) {
          // What was known last is all there is to tell.
        }
      }
      return new Progress(fraction, rows, elapsed);
    }
  }

  private long remainingNanos() {
    return limitNanos == NEVER ? NEVER : limitNanos - (System.nanoTime() - startNanos);
  }

  private synchronized DataPrismException explain(InterruptedQueryException e) {
    return reason == null ? e : stopped(reason, e);
  }

  private static DataPrismException stopped(StopReason reason, @Nullable InterruptedQueryException e) {
    String sql = e == null ? null : e.sql().orElse(null);
    return Errors.of(new Details(reason.code, reason.message, sql, -1, reason.hint, e));
  }

  /// Takes what DuckDB has measured, if it has. To be called as soon as the statement has ended: its session may run
  /// another one before the query is ended.
  public void statementEnded() {
    SessionHandle used;
    boolean wanted;
    synchronized (this) {
      used = session;
      if (!profiled || used == null) {
        return;
      }
      profiled = false;
      wanted = options.profiled() || callingNanos >= SHORT_NANOS;
    }
    QueryProfile measured = takeProfile(used, wanted);
    synchronized (this) {
      profile = measured;
    }
  }

  /// Gives the session back; doing so twice is allowed.
  public void end() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    statementEnded();
    SessionHandle taken = session;
    if (taken != null) {
      context.source().giveBack(taken);
    }
    synchronized (this) {
      // One that is cancelled between two calls ends without an error.
      if (failure == null && reason == StopReason.CANCELLED) {
        failure = reason.code;
      }
      endNanos = System.nanoTime() - startNanos;
    }
    context.observer().ended(this);
    Consumer<QueryMetrics> told = options.metrics();
    if (told != null) {
      ListenerThread.tell("metrics", () -> told.accept(metrics()));
    }
  }

  private static @Nullable QueryProfile takeProfile(SessionHandle session, boolean wanted) {
    try {
      StatementProfile measured = wanted ? session.profile() : null;
      session.setProfiled(false);
      return measured == null
          ? null
          : new QueryProfile(
              seconds(measured.total()),
              seconds(measured.operators()),
              seconds(measured.binding()),
              seconds(measured.optimizing()),
              seconds(measured.physicalPlanning()),
              measured.rowsScanned(),
              measured.peakMemory(),
              measured.peakSpilled(),
              measured.bytesRead(),
              measured.bytesWritten());
    } catch (DataPrismException e) {
      // A session that was closed, that somebody uses for something else by now, or whose database a fatal error has
      // made unusable, has nothing to tell of this query, which is not to fail for that.
      return null;
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return NEVER;
    }
  }
}
