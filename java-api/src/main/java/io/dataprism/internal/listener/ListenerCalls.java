package io.dataprism.internal.listener;

import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Calls the listeners of single queries, of which one may listen to any number of queries: each on a virtual thread of
/// its own that no query waits for, one call after the other. Thread-safe.
public final class ListenerCalls {
  /// How many calls may wait for one listener.
  public static final int QUEUE_CAPACITY = 1_024;

  private static final ConcurrentMap<Identity, SerialDelivery<Runnable>> DELIVERIES = new ConcurrentHashMap<>();

  /// A listener by its identity: what its own `equals` says does not matter.
  private record Identity(Object listener) {
    @Override
    @SuppressWarnings("ReferenceEquality") // Which is the purpose.
    public boolean equals(Object other) {
      return other instanceof Identity same && same.listener == listener;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(listener);
    }
  }

  private ListenerCalls() {}

  /// Calls a listener soon, after those calls of it that were asked for before.
  ///
  /// @param what what it is told of
  /// @return whether it will be called: not if too many calls wait already; how many were missed is logged when it has
  ///   caught up
  public static boolean tell(Object listener, String what, Runnable call) {
    Identity key = new Identity(listener);
    boolean[] taken = new boolean[1];
    DELIVERIES.compute(
        key,
        (same, known) -> {
          // It is there only while the listener has calls that wait, so nobody has to tell when it is not needed.
          SerialDelivery<Runnable> delivery = known == null ? forCallsOf(key, what) : known;
          taken[0] = delivery.offer(call);
          return delivery;
        });
    return taken[0];
  }

  private static SerialDelivery<Runnable> forCallsOf(Identity key, String what) {
    return new SerialDelivery<>("dataprism-" + what, QUEUE_CAPACITY, Runnable::run, () -> forgetIdle(key, what));
  }

  private static void forgetIdle(Identity key, String what) {
    long[] missed = new long[1];
    DELIVERIES.computeIfPresent(
        key,
        (same, delivery) -> {
          if (!delivery.isIdle()) {
            return delivery;
          }
          missed[0] = delivery.dropped();
          return null;
        });
    if (missed[0] > 0) {
      System.getLogger("io.dataprism")
          .log(
              Level.WARNING,
              "A listener of queries'' {0} fell behind by more than {1} calls, and has missed {2} of them.",
              what,
              QUEUE_CAPACITY,
              missed[0]);
    }
  }
}
