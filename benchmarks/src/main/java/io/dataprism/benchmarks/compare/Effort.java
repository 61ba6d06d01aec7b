package io.dataprism.benchmarks.compare;

import java.time.Duration;

/// How long a measure may take.
///
/// @param warmUp how long each side runs before it counts
/// @param rounds how many rounds there are at most
/// @param total when no further round is begun
record Effort(Duration warmUp, int rounds, Duration total) {
  /// For results that are kept.
  static final Effort FULL = new Effort(Duration.ofSeconds(3), 25, Duration.ofSeconds(150));

  /// For a measure within a minute, the start of its sides included.
  static final Effort QUICK = new Effort(Duration.ofSeconds(1), 11, Duration.ofSeconds(40));
}
