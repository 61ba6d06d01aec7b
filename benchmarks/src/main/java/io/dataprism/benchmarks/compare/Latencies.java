package io.dataprism.benchmarks.compare;

import java.util.Arrays;

/// How long each of many calls took.
final class Latencies {
  private final long[] nanos;
  private int count;

  Latencies(int capacity) {
    this.nanos = new long[capacity];
  }

  void add(long duration) {
    nanos[count++] = duration;
  }

  /// The time that a share of the calls did not exceed.
  ///
  /// @param share above zero, up to one
  long quantile(double share) {
    if (count == 0) {
      throw new IllegalStateException("there has been no call");
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(share * count) - 1];
  }
}
