package io.dataprism.internal.execution;

import io.dataprism.Progress;
import io.dataprism.bindings.CallRunner;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.internal.handle.Errors;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One query from its start until its session is given back: where its native calls are made, and what stops them.
///
/// Thread-safe; one call at a time, which the session sees to.
public final class ActiveQuery implements CallRunner {
  private static final long NEVER = Long.MAX_VALUE;

  private final SessionSource source;
  private final WorkerPool workers;
  private final long startNanos = System.nanoTime();
  private final long limitNanos;
  private final @Nullable ProgressReporter reporter;
  private final @Nullable String group;
  private final boolean background;

  // Guarded by this, so that a session that has been given back is not interrupted.
  private volatile @Nullable SessionHandle session;
  private int calls;
  private @Nullable StopReason reason;
  private boolean ended;
  private double fraction = -1;
  private long rows;

  /// The thread whose interruption stops the call in progress, or null.
  private volatile @Nullable Thread caller;

  private ActiveQuery(SessionSource source, WorkerPool workers, Limits limits, boolean background) {
    this.source = source;
    this.workers = workers;
    this.background = background;
    Duration timeLimit = limits.timeLimit();
    this.limitNanos = timeLimit == null ? NEVER : nanos(timeLimit);
    this.group = limits.group();
    this.reporter = limits.listener() == null ? null : new ProgressReporter(limits.listener());
  }

  /// Begins a query. Its session is taken when it is first asked for, by the thread that makes the first native call:
  /// of many queries that wait for a worker none holds one.
  public static ActiveQuery begin(SessionSource source, WorkerPool workers, Limits limits) {
    return new ActiveQuery(source, workers, limits, false);
  }

  /// Begins a query that others do not have to wait for.
  public static ActiveQuery beginInBackground(SessionSource source, WorkerPool workers, Limits limits) {
    return new ActiveQuery(source, workers, limits, true);
  }

  boolean isInteractiveOf(WorkerPool pool) {
    return workers == pool && !background;
  }

  /// The session to run it in; to be asked for within a call only.
  public SessionHandle session() {
    SessionHandle taken = session;
    if (taken == null) {
      taken = source.take();
      synchronized (this) {
        session = taken;
        // Who stopped the query before there was a session has not reached it.
        if (reason != null) {
          throw stopped(reason, null);
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
    enter(interruptible);
    try {
      return call.get();
    } catch (InterruptedQueryException e) {
      throw explain(e);
    } finally {
      leave();
    }
  }

  private <T extends @Nullable Object> T runOnWorker(Supplier<T> call) {
    FutureTask<T> task = new FutureTask<>(() -> runHere(call, null));
    AtomicBoolean claimed = new AtomicBoolean();
    workers.execute(
        session != null,
        group,
        () -> {
          if (claimed.compareAndSet(false, true)) {
            task.run();
          }
        });
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

  private void enter(@Nullable Thread interruptible) {
    synchronized (this) {
      if (remainingNanos() <= 0) {
        stop(StopReason.TIME_LIMIT);
      }
      if (reason != null) {
        throw stopped(reason, null);
      }
      calls++;
    }
    caller = interruptible;
    Watch.add(this);
  }

  private void leave() {
    Watch.remove(this);
    caller = null;
    synchronized (this) {
      calls--;
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
        running.interrupt();
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

  /// Counts rows that have been pulled.
  public synchronized void addRows(long count) {
    rows += count;
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

  /// Gives the session back; doing so twice is allowed.
  public void end() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    SessionHandle taken = session;
    if (taken != null) {
      source.giveBack(taken);
    }
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return NEVER;
    }
  }
}
