package io.dataprism.schema;

/// What the numbers of a time or timestamp column count.
public enum TimeUnit {
  /// Whole seconds.
  SECOND(1),
  /// Thousandths of a second.
  MILLISECOND(1_000),
  /// Millionths of a second, which is the unit of SQL's TIME and TIMESTAMP.
  MICROSECOND(1_000_000),
  /// Billionths of a second.
  NANOSECOND(1_000_000_000);

  private final long perSecond;

  TimeUnit(long perSecond) {
    this.perSecond = perSecond;
  }

  /// How many of the unit make a second.
  public long perSecond() {
    return perSecond;
  }

  /// How many nanoseconds the unit lasts.
  public long nanos() {
    return NANOSECOND.perSecond / perSecond;
  }
}
