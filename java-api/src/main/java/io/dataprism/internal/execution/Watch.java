package io.dataprism.internal.execution;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Looks after the queries that are in a native call: one thread for the whole process, for a thread inside native code
/// cannot look after itself.
///
/// Polling a few times while a query runs costs less than timers for each of them, and catches what gives no signal: a
/// thread that was interrupted, and a native call that had not begun to run when it was told to stop.
final class Watch {
  /// Well below the time within which a stopped query has to have ended.
  private static final long INTERVAL_NANOS = 2_000_000;

  /// How long the thread goes on looking after the last query has ended: waking it costs as much as a short query.
  private static final int IDLE_ROUNDS = 500;

  private static final Set<ActiveQuery> CALLS = ConcurrentHashMap.newKeySet();
  private static volatile boolean asleep;

  private static final class Holder {
    static final Thread THREAD = Thread.ofPlatform().daemon().name("dataprism-watch").start(Watch::watch);
  }

  private Watch() {}

  static void add(ActiveQuery query) {
    CALLS.add(query);
    Thread watch = Holder.THREAD;
    if (asleep) {
      LockSupport.unpark(watch);
    }
  }

  static void remove(ActiveQuery query) {
    CALLS.remove(query);
  }

  static boolean hasInteractiveCalls(WorkerPool workers) {
    for (ActiveQuery query : CALLS) {
      if (query.isInteractiveOf(workers)) {
        return true;
      }
    }
    return false;
  }

  private static void watch() {
    int idle = 0;
    while (true) {
      if (idle < IDLE_ROUNDS) {
        LockSupport.parkNanos(INTERVAL_NANOS);
      } else {
        asleep = true;
        // Whoever was added before this was written does not wake the thread.
        if (CALLS.isEmpty()) {
          LockSupport.park();
        }
        asleep = false;
      }
      idle = CALLS.isEmpty() ? idle + 1 : 0;
      long now = System.nanoTime();
      for (ActiveQuery query : CALLS) {
        try {
          query.check(now);
        } catch (RuntimeException | Error e) {
          // One query that cannot be looked after must not take the others' time limits with it.
          remove(query);
          System.getLogger("io.dataprism").log(Level.ERROR, "A query cannot be watched; its limits do not hold.", e);
        }
      }
    }
  }
}
