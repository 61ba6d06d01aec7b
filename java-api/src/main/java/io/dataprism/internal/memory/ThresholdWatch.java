package io.dataprism.internal.memory;

import io.dataprism.memory.MemoryBudget;
import io.dataprism.memory.MemoryUsage;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks at the usage of memory while somebody wants to be told of it: one thread, which lives as long as there are
/// listeners.
public final class ThresholdWatch {
  private static final long INTERVAL_NANOS = 50_000_000;

  /// To which part of a threshold the usage has to fall before its listener is called again.
  private static final double REARMED = 0.9;

  private static final Set<Threshold> THRESHOLDS = ConcurrentHashMap.newKeySet();

  /// Guarded by the class. None while there are no listeners.
  private static @Nullable Thread thread;

  private ThresholdWatch() {}

  /// Adds a listener.
  public static MemoryBudget.Registration add(double fraction, Consumer<MemoryUsage> listener) {
    Threshold threshold = new Threshold(fraction, listener);
    synchronized (ThresholdWatch.class) {
      THRESHOLDS.add(threshold);
      if (thread == null) {
        thread = Thread.ofPlatform().daemon().name("dataprism-memory").start(ThresholdWatch::watch);
      }
    }
    return threshold;
  }

  /// Looks at once: memory has run out somewhere.
  public static void lookNow() {
    Thread watching;
    synchronized (ThresholdWatch.class) {
      watching = thread;
    }
    if (watching != null) {
      LockSupport.unpark(watching);
    }
  }

  private static void watch() {
    boolean failing = false;
    while (isNeeded()) {
      try {
        MemoryUsage usage = MemoryBudget.ofProcess().usage();
        failing = false;
        for (Threshold threshold : THRESHOLDS) {
          threshold.look(usage);
        }
      } catch (RuntimeException | Error e) {
        if (!failing) {
          log("The usage of memory cannot be read; its listeners are not called until it can.", e);
        }
        failing = true;
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  /// Whether there are listeners. The thread ends where there are none.
  private static synchronized boolean isNeeded() {
    if (THRESHOLDS.isEmpty()) {
      thread = null;
      return false;
    }
    return true;
  }

  private static void log(String message, Throwable e) {
    System.getLogger("io.dataprism.memory").log(Level.WARNING, message, e);
  }

  private static final class Threshold implements MemoryBudget.Registration {
    private final double fraction;
    private final Consumer<MemoryUsage> listener;

    /// Used by the thread that watches alone.
    private boolean told;

    Threshold(double fraction, Consumer<MemoryUsage> listener) {
      this.fraction = fraction;
      this.listener = listener;
    }

    void look(MemoryUsage usage) {
      double now = usage.fraction();
      if (now < fraction * REARMED) {
        told = false;
      } else if (now >= fraction && !told) {
        told = true;
        try {
          listener.accept(usage);
        } catch (RuntimeException | Error e) {
          log("A listener for the usage of memory failed.", e);
        }
      }
    }

    @Override
    public void close() {
      THRESHOLDS.remove(this);
    }
  }
}
