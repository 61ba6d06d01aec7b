package io.dataprism.internal.execution;

import io.dataprism.error.OverloadedException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The platform threads that make the native calls of those who must not block: virtual threads, whose carrier a native
/// call would pin, and callers that asked for a future. Thread-safe.
///
/// In which order those that wait are served is up to a [FairQueue]; the calls of queries which have begun come before
/// queries that have not, so that as few as possible hold a session and memory. Threads are made when they are needed
/// and end when they have had nothing to do for a while.
public final class WorkerPool implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final FairQueue queue;
  private final ThreadPoolExecutor executor;
  private final AtomicInteger busy = new AtomicInteger();

  /// A pool without a thread yet.
  ///
  /// @param threads how many calls may run at once
  /// @param maxQueued how many queries may wait in all
  /// @param maxQueuedPerGroup how many of them may belong to one group
  public WorkerPool(int threads, int maxQueued, int maxQueuedPerGroup) {
    this.queue = new FairQueue(maxQueued, maxQueuedPerGroup);
    AtomicInteger count = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name("dataprism-worker-" + count.incrementAndGet()).unstarted(task));
    executor.allowCoreThreadTimeOut(true);
  }

  /// Runs a task on a worker.
  ///
  /// @param begun whether the task belongs to a query that has begun; such a one is never refused
  /// @param group the group of the query, or null
  /// @throws OverloadedException if too many queries wait already
  public void execute(boolean begun, @Nullable String group, Runnable task) {
    if (begun) {
      queue.addBegun(task);
    } else {
      queue.add(group, task);
    }
    try {
      // The executor decides when a task is run, and the queue which.
      executor.execute(this::runNext);
    } catch (RejectedExecutionException e) {
      // The engine is closed, and whatever the task does will say so.
      runNext();
    }
  }

  /// Makes a short native call that is to run to its end, whatever happens to the calling thread: here, or on a worker
  /// where this is a virtual thread.
  public <T extends @Nullable Object> T runUninterrupted(Supplier<T> call) {
    if (!Thread.currentThread().isVirtual()) {
      return call.get();
    }
    FutureTask<T> task = new FutureTask<>(call::get);
    execute(true, null, task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw rethrown(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// What a call threw on a worker, for the thread that waited for it.
  static RuntimeException rethrown(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException failure -> failure;
      case Error error -> throw error;
      case null, default -> throw new AssertionError("a supplier throws nothing else", e);
    };
  }

  private void runNext() {
    Runnable task = queue.poll();
    // There is one for every turn.
    if (task == null) {
      throw new AssertionError("a turn without a task");
    }
    busy.incrementAndGet();
    try {
      task.run();
    } finally {
      busy.decrementAndGet();
    }
  }

  /// How many queries wait that have not begun.
  public int waiting() {
    return queue.queued();
  }

  /// Whether a query of this pool's engine is in a native call, those in the background apart. Costs those queries
  /// nothing.
  public boolean hasInteractiveCalls() {
    return Watch.hasInteractiveCalls(this);
  }

  /// How many may wait.
  public int maxQueued() {
    return queue.maxQueued();
  }

  /// How many workers do something.
  public int busy() {
    return busy.get();
  }

  /// Takes in no more tasks; those that wait still run.
  @Override
  public void close() {
    executor.shutdown();
  }
}
