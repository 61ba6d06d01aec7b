package io.dataprism.internal.execution;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The time of one query: since when it runs or waits for a worker, and how much of its limit is left. Thread-safe.
final class QueryClock {
  private static final long NEVER = Long.MAX_VALUE;

  private final long startNanos;
  private final long limitNanos;

  // Guarded by this.
  private boolean paused;
  private long pauseBeginNanos;
  private long pausedNanos;

  /// Starts.
  ///
  /// @param limit how long the query may take, pauses apart, or null
  QueryClock(@Nullable Duration limit) {
    this(limit, System.nanoTime());
  }

  /// Starts at a given time.
  QueryClock(@Nullable Duration limit, long startNanos) {
    this.startNanos = startNanos;
    this.limitNanos = limit == null ? NEVER : nanos(limit);
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return NEVER;
    }
  }

  /// How long ago the start was, pauses included.
  long elapsedNanos() {
    return sinceStart(System.nanoTime());
  }

  /// How long after the start another time was.
  ///
  /// @param nanos as `System.nanoTime()` tells it
  long sinceStart(long nanos) {
    return nanos - startNanos;
  }

  /// Whether there is a limit.
  boolean isLimited() {
    return limitNanos != NEVER;
  }

  /// Whether the limit has been reached.
  boolean isUp(long now) {
    return isLimited() && remainingNanos(now) <= 0;
  }

  /// How much of the limit is left; only where there is one.
  synchronized long remainingNanos(long now) {
    long end = paused ? pauseBeginNanos : now;
    return limitNanos - (end - startNanos - pausedNanos);
  }

  /// From now on time does not count against the limit. Pausing twice is pausing once.
  void pause() {
    pause(System.nanoTime());
  }

  synchronized void pause(long now) {
    if (!paused) {
      paused = true;
      pauseBeginNanos = now;
    }
  }

  /// Ends a pause; does nothing if there is none.
  void resume() {
    resume(System.nanoTime());
  }

  synchronized void resume(long now) {
    if (paused) {
      paused = false;
      pausedNanos += now - pauseBeginNanos;
    }
  }
}
