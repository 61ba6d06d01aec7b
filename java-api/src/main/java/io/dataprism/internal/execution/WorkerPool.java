package io.dataprism.internal.execution;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.OverloadedException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The platform threads that make the native calls of those who must not block: virtual threads, whose carrier a native
/// call would pin, and callers that asked for a future. Thread-safe.
///
/// What waits is served in the order in which it came, but that the calls of queries which have begun come before
/// queries that have not: so as few as possible hold a session and memory. Threads are made when they are needed and
/// end when they have had nothing to do for a while.
public final class WorkerPool implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final LinkedBlockingDeque<Runnable> queue = new LinkedBlockingDeque<>();
  private final ThreadPoolExecutor executor;
  private final int maxQueued;

  /// How many queries that have not begun are waiting or being begun.
  private final AtomicInteger waiting = new AtomicInteger();

  private final AtomicInteger busy = new AtomicInteger();

  /// A pool without a thread yet.
  ///
  /// @param threads how many calls may run at once
  /// @param maxQueued how many more may wait
  public WorkerPool(int threads, int maxQueued) {
    this.maxQueued = maxQueued;
    AtomicInteger count = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue,
            task -> Thread.ofPlatform().daemon().name("dataprism-worker-" + count.incrementAndGet()).unstarted(task));
    executor.allowCoreThreadTimeOut(true);
  }

  /// Runs a task on a worker.
  ///
  /// @param begun whether the task belongs to a query that has begun; such a one is never refused
  /// @throws OverloadedException if too many queries wait already
  public void execute(boolean begun, Runnable task) {
    if (begun) {
      continueSoon(() -> runCounted(task));
      return;
    }
    if (waiting.incrementAndGet() > maxQueued) {
      waiting.decrementAndGet();
      throw new OverloadedException(
          Details.of(
              ErrorCode.OVERLOADED,
              maxQueued + " queries wait for a worker, which is as many as may",
              "run fewer at once, or open the engine with more workers or a longer queue"));
    }
    Runnable first =
        () -> {
          waiting.decrementAndGet();
          runCounted(task);
        };
    try {
      executor.execute(first);
    } catch (RejectedExecutionException e) {
      // The engine is closed, and whatever the task does will say so.
      first.run();
    }
  }

  /// Makes a short native call that is to run to its end, whatever happens to the calling thread: here, or on a worker
  /// where this is a virtual thread.
  public <T extends @Nullable Object> T runUninterrupted(Supplier<T> call) {
    if (!Thread.currentThread().isVirtual()) {
      return call.get();
    }
    FutureTask<T> task = new FutureTask<>(call::get);
    execute(true, task);
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

  private void continueSoon(Runnable task) {
    queue.addFirst(task);
    executor.prestartCoreThread();
    // Workers that have ended take nothing from the queue any more.
    if (executor.isShutdown() && queue.remove(task)) {
      task.run();
    }
  }

  private void runCounted(Runnable task) {
    busy.incrementAndGet();
    try {
      task.run();
    } finally {
      busy.decrementAndGet();
    }
  }

  /// How many queries wait that have not begun.
  public int waiting() {
    return waiting.get();
  }

  /// How many may wait.
  public int maxQueued() {
    return maxQueued;
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
