package io.dataprism.column;

import java.time.Duration;
import java.time.Period;

/// A span of time as SQL has it: months, days and a time, each with its own sign.
///
/// The three are kept apart because a month has no fixed number of days and a day no fixed number of hours.
///
/// @param months the months, years included
/// @param days the days
/// @param nanos the time, in nanoseconds
public record Interval(int months, int days, long nanos) {
  /// The months and days, the months split into years and months.
  public Period period() {
    return Period.of(0, months, days).normalized();
  }

  /// The time.
  public Duration duration() {
    return Duration.ofNanos(nanos);
  }
}
