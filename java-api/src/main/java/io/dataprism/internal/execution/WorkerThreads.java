package io.dataprism.internal.execution;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.OverloadedException;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A bounded number of threads that serve one queue. They are made when they are needed, and end when they have had
/// nothing to do for a while. Thread-safe.
final class WorkerThreads implements AutoCloseable {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ThreadFactory factory;
  private final int maxThreads;
  private final FairQueue queue;
  private final AtomicInteger busy = new AtomicInteger();

  // Guarded by this. Those that are idle may have been woken and not know it yet.
  private int threads;
  private int idle;
  private boolean closed;

  /// No thread yet.
  WorkerThreads(ThreadFactory factory, int maxThreads, FairQueue queue) {
    this.factory = factory;
    this.maxThreads = maxThreads;
    this.queue = queue;
  }

  /// Has a thread run a task.
  ///
  /// @param begun whether the task belongs to a query that has begun; such a one is never refused
  /// @param group the group of the query, or null
  /// @return the place of the task in the queue; none if nobody will run it, which is then up to the caller, because
  ///   this is closed, or no thread can be made for a task that cannot be refused
  /// @throws OverloadedException if too many tasks wait already, or no thread can be made
  synchronized FairQueue.@Nullable Ticket execute(boolean begun, @Nullable String group, Runnable task) {
    if (closed) {
      return null;
    }
    FairQueue.Ticket ticket = begun ? queue.addBegun(task) : queue.add(group, task);
    if (idle > 0) {
      notify();
    }
    // One that has been woken and has not taken its task yet is still counted as idle, and the task as waiting.
    if (queue.size() > idle && threads < maxThreads) {
      try {
        factory.newThread(this::work).start();
        threads++;
      } catch (OutOfMemoryError e) {
        // The threads that there are serve the task. If there is none, nobody would.
        if (threads == 0) {
          ticket.remove();
          if (!begun) {
            throw noThread(e);
          }
          return null;
        }
      }
    }
    return ticket;
  }

  private static OverloadedException noThread(OutOfMemoryError e) {
    return new OverloadedException(
        new Details(
            ErrorCode.OVERLOADED,
            "no thread can be made for a worker",
            null,
            -1,
            "look at the limits of the process for threads and memory",
            e));
  }

  private void work() {
    for (Runnable task = next(); task != null; task = next()) {
      busy.incrementAndGet();
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        // A task hands what is thrown to whoever waits for it; this one could not.
        System.getLogger("io.dataprism").log(Level.ERROR, "A worker's task failed.", e);
      } finally {
        busy.decrementAndGet();
        // A task may leave its thread interrupted, which is not meant for the next one.
        Thread.interrupted();
      }
    }
  }

  private synchronized @Nullable Runnable next() {
    long begin = System.nanoTime();
    while (true) {
      Runnable task = queue.poll();
      if (task != null) {
        return task;
      }
      long left = IDLE_NANOS - (System.nanoTime() - begin);
      if (closed || left <= 0) {
        threads--;
        return null;
      }
      idle++;
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        // Nobody interrupts a worker on purpose, and none waits for this.
      } finally {
        idle--;
      }
    }
  }

  /// How many threads run a task.
  int busy() {
    return busy.get();
  }

  /// Takes in no more tasks; those that wait still run.
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
