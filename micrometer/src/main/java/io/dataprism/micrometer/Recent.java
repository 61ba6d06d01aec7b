package io.dataprism.micrometer;

import io.micrometer.core.instrument.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// What was read of a source a moment ago, so that the meters of one scrape read it once and agree with each other.
/// Thread-safe. Knows no source, so that a registry keeps none.
///
/// @param <S> what is read
/// @param <T> what is read of it
final class Recent<S, T> {
  /// Longer than a scrape takes, and shorter than anybody scrapes.
  private static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Clock clock;
  private final BiFunction<S, @Nullable T, T> reader;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable T last;
  private long lastNanos;

  /// @param clock tells how old something is
  /// @param reader reads a source, and is given what it read before
  Recent(Clock clock, BiFunction<S, @Nullable T, T> reader) {
    this.clock = clock;
    this.reader = reader;
  }

  /// What was read of a source, which is read again if that is a while ago.
  T of(S source) {
    lock.lock();
    try {
      T known = last;
      if (known == null || clock.monotonicTime() - lastNanos >= MAX_AGE_NANOS) {
        known = reader.apply(source, known);
        last = known;
        lastNanos = clock.monotonicTime();
      }
      return known;
    } finally {
      lock.unlock();
    }
  }
}
