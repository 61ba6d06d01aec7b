package io.dataprism.internal.execution;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;

/// Looks after the queries that are in a native call, and the time limits of those that wait: one thread for the whole
/// process, for a thread inside native code cannot look after itself.
///
/// Polling a few times while a query runs costs less than timers for each of them, and catches what gives no signal: a
/// thread that was interrupted, and a native call that had not begun to run when it was told to stop. Of queries that
/// wait there may be very many, so only those are looked at whose time is up.
final class Watch {
  /// Well below the time within which a stopped query has to have ended.
  private static final long INTERVAL_NANOS = 2_000_000;

  /// How long the thread goes on looking after the last query has ended: waking it costs as much as a short query.
  private static final int IDLE_ROUNDS = 500;

  private static final Set<ActiveQuery> CALLS = ConcurrentHashMap.newKeySet();
  private static final ConcurrentSkipListSet<Deadline> DEADLINES = new ConcurrentSkipListSet<>();
  private static volatile boolean asleep;

  /// When a query that waits is out of time.
  ///
  /// @param nanos as `System.nanoTime()` tells it
  record Deadline(long nanos, ActiveQuery query) implements Comparable<Deadline> {
    @Override
    public int compareTo(Deadline other) {
      // Of these times only differences mean anything.
      int byTime = Long.signum(nanos - other.nanos);
      return byTime != 0 ? byTime : Long.compare(query.id(), other.query.id());
    }
  }

  private static final class Holder {
    static final Thread THREAD = Thread.ofPlatform().daemon().name("dataprism-watch").start(Watch::watch);
  }

  private Watch() {}

  static void add(ActiveQuery query) {
    CALLS.add(query);
    wake();
  }

  static void remove(ActiveQuery query) {
    CALLS.remove(query);
  }

  static void add(Deadline deadline) {
    DEADLINES.add(deadline);
    wake();
  }

  static void remove(Deadline deadline) {
    DEADLINES.remove(deadline);
  }

  private static void wake() {
    Thread watch = Holder.THREAD;
    if (asleep) {
      LockSupport.unpark(watch);
    }
  }

  static boolean hasInteractiveCalls(WorkerPool workers) {
    for (ActiveQuery query : CALLS) {
      if (query.isInteractiveOf(workers)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIdle() {
    return CALLS.isEmpty() && DEADLINES.isEmpty();
  }

  private static void watch() {
    int idle = 0;
    while (true) {
      if (idle < IDLE_ROUNDS) {
        LockSupport.parkNanos(INTERVAL_NANOS);
      } else {
        asleep = true;
        // Whoever was added before this was written does not wake the thread.
        if (isIdle()) {
          LockSupport.park();
        }
        asleep = false;
      }
      idle = isIdle() ? idle + 1 : 0;
      long now = System.nanoTime();
      for (ActiveQuery query : CALLS) {
        try {
          query.check(now);
        } catch (RuntimeException | Error e) {
          // One query that cannot be looked after must not take the others' time limits with it.
          remove(query);
          report(e);
        }
      }
      for (Deadline deadline : DEADLINES) {
        if (deadline.nanos - now > 0) {
          break;
        }
        remove(deadline);
        try {
          deadline.query.check(now);
        } catch (RuntimeException | Error e) {
          report(e);
        }
      }
    }
  }

  private static void report(Throwable e) {
    System.getLogger("io.dataprism").log(Level.ERROR, "A query cannot be watched; its limits do not hold.", e);
  }
}
