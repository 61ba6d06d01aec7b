package io.dataprism.internal.execution;

import io.dataprism.Progress;
import io.dataprism.bindings.CallRunner;
import io.dataprism.bindings.NativeHandle;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.StatementEffect;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.listener.ListenerCalls;
import io.dataprism.metrics.QueryMetrics;
import io.dataprism.metrics.QueryProfile;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One query from its start until its session is given back: where its native calls are made, and what stops them. It
/// starts when it is run or submitted, before it waits for a worker.
///
/// Thread-safe; one call at a time, which the session sees to.
public final class ActiveQuery implements CallRunner {
  private static final AtomicLong LAST_ID = new AtomicLong();

  private final long id = LAST_ID.incrementAndGet();
  private final ExecutionContext context;
  private final QueryOptions options;
  private final String sql;
  private final boolean background;
  private final QueryClock clock;
  private final @Nullable ProgressReporter reporter;

  /// The native library's number of the thread that makes the call in progress: when the call has ended and somebody
  /// else uses the session, that is not to be interrupted.
  private volatile long callingThread;

  // Guarded by this, so that a session that has been given back is not interrupted.
  private volatile @Nullable SessionHandle session;
  private int calls;
  private @Nullable StopReason reason;
  private boolean ended;
  private final QueryTally tally = new QueryTally();
  private double fraction = -1;
  private @Nullable Waiting waiting;
  private @Nullable ErrorCode failure;
  private boolean decided;
  private boolean profiled;

  /// The thread whose interruption stops the call in progress, or null.
  private volatile @Nullable Thread caller;

  private ActiveQuery(ExecutionContext context, String sql, QueryOptions options, boolean background) {
    this.context = context;
    this.sql = sql;
    this.options = options;
    this.background = background;
    this.clock = new QueryClock(options.timeLimit());
    this.reporter = options.listener() == null ? null : new ProgressReporter(options.listener());
  }

  /// Begins a query. Its session is taken when it is first asked for, by the thread that makes the first native call:
  /// of many queries that wait for a worker none holds one.
  public static ActiveQuery begin(ExecutionContext context, String sql, QueryOptions options) {
    return begun(new ActiveQuery(context, sql, options, false));
  }

  /// Begins a query that others do not have to wait for.
  public static ActiveQuery beginInBackground(ExecutionContext context, String sql, QueryOptions options) {
    return begun(new ActiveQuery(context, sql, options, true));
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
      if (options.profiled()) {
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
    return thread.isVirtual() ? runOnWorker(() -> runHere(call, null)) : runHere(call, thread);
  }

  /// Makes the last native call of this query as [#run] does, and ends the query on the thread that made it.
  public <T extends @Nullable Object> T runToEnd(Supplier<T> call) {
    Thread thread = Thread.currentThread();
    try {
      return thread.isVirtual() ? runOnWorker(() -> runToEndHere(call)) : runHere(call, thread);
    } finally {
      end();
    }
  }

  private <T extends @Nullable Object> T runToEndHere(Supplier<T> call) {
    try {
      return runHere(call, null);
    } finally {
      end();
    }
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
    CompletableFuture<T> outcome = new CompletableFuture<>();
    submit(
        () -> {
          try {
            outcome.complete(call.get());
          } catch (Throwable e) {
            outcome.completeExceptionally(e);
          }
        },
        outcome::completeExceptionally);
    return outcomeOf(outcome);
  }

  /// Looks on the calling thread, whichever it is, for something that spares the native call.
  ///
  /// @return what was found, or null
  public <T> @Nullable T lookHere(Supplier<@Nullable T> look) {
    long begin = System.nanoTime();
    T found;
    try {
      throwIfStopped();
      found = look.get();
    } catch (DataPrismException e) {
      fail(e.code());
      throw e;
    }
    if (found != null) {
      synchronized (this) {
        tally.addCall(clock.sinceStart(begin), System.nanoTime() - begin);
      }
      if (reporter != null) {
        reporter.report(this);
      }
    }
    return found;
  }

  /// Has a worker run a task that makes calls of this query, unless the query is stopped before one has begun with it.
  /// A query that is stopped leaves the queue at once.
  ///
  /// @param task is run by a worker; where there is none any more because the engine is closed, by the calling thread
  /// @param stopped is told instead why the query was stopped, by the thread that did so, and must not wait
  /// @throws OverloadedException if too many queries wait already
  public void submit(Runnable task, Consumer<DataPrismException> stopped) {
    try {
      if (!enqueue(task, stopped)) {
        task.run();
      }
    } catch (OverloadedException e) {
      fail(e.code());
      throw e;
    }
  }

  private synchronized boolean enqueue(Runnable task, Consumer<DataPrismException> stopped) {
    throwIfStopped();
    // A worker that comes at once waits until it is known what the query waits for.
    FairQueue.Ticket ticket =
        context
            .workers()
            .execute(
                session != null,
                options.group(),
                () -> {
                  waitsNoMore();
                  task.run();
                });
    if (ticket != null) {
      waiting = Waiting.begin(this, clock, ticket, stopped);
    }
    return ticket != null;
  }

  /// Waits outside of a call for something that is not a call itself, until it is done or the query is stopped.
  ///
  /// @param other does not fail
  public void await(CompletableFuture<?> other) {
    CompletableFuture<Object> stopped = new CompletableFuture<>();
    synchronized (this) {
      throwIfStopped();
      waiting = Waiting.begin(this, clock, null, stopped::completeExceptionally);
    }
    try {
      outcomeOf(CompletableFuture.anyOf(other, stopped));
    } finally {
      waitsNoMore();
    }
  }

  private synchronized void waitsNoMore() {
    if (waiting != null) {
      waiting.end();
      waiting = null;
    }
  }

  /// Waits for what a worker or the one who stops the query leaves, and stops the query if the thread is interrupted.
  private <T extends @Nullable Object> T outcomeOf(CompletableFuture<T> outcome) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return outcome.get();
        } catch (InterruptedException e) {
          interrupted = true;
          stop(StopReason.THREAD_INTERRUPTED);
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

  private synchronized void throwIfStopped() {
    if (reason == null && clock.isLimited() && clock.isUp(System.nanoTime())) {
      reason = StopReason.TIME_LIMIT;
    }
    if (reason != null) {
      fail(reason.code);
      throw stopped(reason, null);
    }
  }

  private void enter(@Nullable Thread interruptible) {
    synchronized (this) {
      throwIfStopped();
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
      tally.addCall(clock.sinceStart(begin), taken);
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

  private void stop(StopReason why) {
    StopReason first;
    Waiting left = null;
    synchronized (this) {
      if (reason == null) {
        reason = why;
      }
      first = reason;
      // Somebody may have begun with what it waited for, and the call is stopped then.
      if (waiting != null && waiting.leave()) {
        left = waiting;
        waitsNoMore();
        fail(first.code);
      }
      interruptCall();
    }
    if (left != null) {
      left.tell(stopped(first, null));
    }
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

  /// Called by the watch, again and again while a call is in progress, and when the time of a query that waits is up.
  void check(long now) {
    Thread here = caller;
    if (here != null && here.isInterrupted()) {
      stop(StopReason.THREAD_INTERRUPTED);
    } else if (clock.isUp(now)) {
      stop(StopReason.TIME_LIMIT);
    } else if (isStopped()) {
      interruptCall();
    }
    if (reporter != null) {
      reporter.reportNowAndThen(this, now);
    }
    context.observer().inCall(this, clock.sinceStart(now));
  }

  /// Whether what it runs in has been closed, which stops it too.
  public boolean isSessionClosed() {
    SessionHandle used = session;
    return used != null && used.isClosed();
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

  /// From now on time does not count against the time limit.
  public void pauseClock() {
    clock.pause();
  }

  /// Time counts against the time limit again.
  public void resumeClock() {
    clock.resume();
  }

  /// Notes that its rows, or what was computed from them, had been kept.
  public synchronized void foundInCache() {
    tally.foundInCache();
  }

  /// Counts rows that have been pulled.
  public synchronized void addRows(long count) {
    tally.addRows(count);
  }

  /// Counts a batch that has been pulled.
  public synchronized void addBatch(long rowCount, long byteSize) {
    tally.addBatch(rowCount, byteSize);
  }

  /// Counts rows that have been inserted, updated and deleted.
  public synchronized long addChangedRows(long count) {
    tally.addChangedRows(count);
    return count;
  }

  /// Takes note of an error that ends the query, unless there has been one. Those of its calls are noted by themselves.
  public synchronized void fail(ErrorCode code) {
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
    return tally.metrics(clock.elapsedNanos());
  }

  /// How far the query is.
  public Progress progress() {
    Duration elapsed = Duration.ofNanos(clock.elapsedNanos());
    synchronized (this) {
      SessionHandle running = session;
      if (running != null && !ended) {
        try {
          fraction = Math.max(fraction, running.progress().fraction());
        } catch (ClosedException e) {
          // What was known last is all there is to tell.
        }
      }
      return new Progress(fraction, tally.rows(), elapsed);
    }
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
    synchronized (this) {
      used = session;
      if (!profiled || used == null) {
        return;
      }
      profiled = false;
    }
    QueryProfile measured = context.workers().runUninterrupted(() -> ProfileReader.take(used));
    synchronized (this) {
      tally.measured(measured);
    }
  }

  /// Ends the query with an outcome that is more than what its calls have met: that of all the work which it is part
  /// of.
  ///
  /// @param outcome with which error it has ended, or null
  public void endAs(@Nullable ErrorCode outcome) {
    synchronized (this) {
      failure = outcome;
      decided = true;
    }
    end();
  }

  /// Gives the session back; doing so twice is allowed.
  public void end() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    if (session != null && Thread.currentThread().isVirtual()) {
      context.workers().runClosing(this::finish);
    } else {
      finish();
    }
  }

  /// Closes what the query has given and ends the query.
  public void end(NativeHandle given) {
    if (Thread.currentThread().isVirtual()) {
      if (!given.isClosed() || !hasEnded()) {
        context
            .workers()
            .runClosing(() -> {
              given.close();
              end();
            });
      }
    } else {
      given.close();
      end();
    }
  }

  /// Whether the query has ended, or is about to.
  public synchronized boolean hasEnded() {
    return ended;
  }

  private void finish() {
    statementEnded();
    SessionHandle taken = session;
    if (taken != null) {
      context.source().giveBack(taken);
    }
    synchronized (this) {
      // One that is cancelled between two calls ends without an error.
      if (!decided && failure == null && reason == StopReason.CANCELLED) {
        failure = reason.code;
      }
      tally.end(clock.elapsedNanos());
    }
    context.observer().ended(this);
    Consumer<QueryMetrics> told = options.metrics();
    if (told != null) {
      ListenerCalls.tell(told, "metrics", () -> told.accept(metrics()));
    }
  }
}
