package io.dataprism.benchmarks.compare;

import java.time.Duration;

/// How long a measure may take.
///
/// @param warmUp how long each side runs before it counts
/// @param turn how long a side goes on when it is its turn: a run that follows a pause of the process pays for memory
///   that was given back and for threads that sleep
/// @param rounds how many rounds there are at most
/// @param total when no further round is begun
record Effort(Duration warmUp, Duration turn, int rounds, Duration total) {
  /// For results that are kept.
  static final Effort FULL = new Effort(Duration.ofSeconds(3), Duration.ofMillis(400), 25, Duration.ofSeconds(150));

  /// For a measure within a minute, the start of its sides included.
  static final Effort QUICK = new Effort(Duration.ofSeconds(1), Duration.ofMillis(200), 11, Duration.ofSeconds(40));

  /// So many times the rounds, and the time for them.
  Effort times(int factor) {
    return new Effort(warmUp, turn, factor * rounds, total.multipliedBy(factor));
  }
}
