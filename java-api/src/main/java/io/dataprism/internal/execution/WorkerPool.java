package io.dataprism.internal.execution;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The platform threads that make the native calls of those who must not block: virtual threads, whose carrier a native
/// call would pin, and callers that asked for a future. Thread-safe.
///
/// In which order those that wait are served is up to a [FairQueue]; the calls of queries which have begun come before
/// queries that have not, so that as few as possible hold a session and memory.
///
/// What closes something has threads of its own. It stops what runs on the others, and would wait for ever for one of
/// them to be free.
public final class WorkerPool implements AutoCloseable {
  private final FairQueue queue;
  private final WorkerThreads workers;
  private final WorkerThreads closers;

  /// A pool without a thread yet.
  ///
  /// @param threads how many calls may run at once
  /// @param maxQueued how many queries may wait in all
  /// @param maxQueuedPerGroup how many of them may belong to one group
  public WorkerPool(int threads, int maxQueued, int maxQueuedPerGroup) {
    this.queue = new FairQueue(maxQueued, maxQueuedPerGroup);
    this.workers = new WorkerThreads(factory("dataprism-worker-"), threads, queue);
    this.closers = new WorkerThreads(factory("dataprism-closer-"), threads, new FairQueue(0, 0));
  }

  private static ThreadFactory factory(String prefix) {
    return Thread.ofPlatform().daemon().name(prefix, 1).factory();
  }

  /// Has a worker run a task; see [WorkerThreads#execute].
  FairQueue.@Nullable Ticket execute(boolean begun, @Nullable String group, Runnable task) {
    return workers.execute(begun, group, task);
  }

  /// Makes a native call that is to run to its end, whatever happens to the calling thread: here, or on a worker where
  /// this is a virtual thread.
  public <T extends @Nullable Object> T runUninterrupted(Supplier<T> call) {
    return Thread.currentThread().isVirtual() ? runOn(workers, call) : call.get();
  }

  /// Closes something, which may take a while and stop what workers do: here, or on another thread where this is a
  /// virtual one.
  public void runClosing(Runnable close) {
    if (Thread.currentThread().isVirtual()) {
      runOn(
          closers,
          () -> {
            close.run();
            return true;
          });
    } else {
      close.run();
    }
  }

  private static <T extends @Nullable Object> T runOn(WorkerThreads threads, Supplier<T> call) {
    FutureTask<T> task = new FutureTask<>(call::get);
    if (threads.execute(true, null, task) == null) {
      task.run();
    }
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
    return workers.busy();
  }

  /// Takes in no more tasks; those that wait still run.
  @Override
  public void close() {
    workers.close();
    closers.close();
  }
}
