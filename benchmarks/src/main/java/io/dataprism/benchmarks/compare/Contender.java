package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/// One side of a measure, ready to run.
interface Contender extends AutoCloseable {
  /// One run: how it went, in the measure's unit, and what it computed, part by part.
  record Sample(double value, List<Sums> sums) {
    Sample(double value, Sums sums) {
      this(value, List.of(sums));
    }

    /// Whether all parts agree with those that were expected.
    boolean agreesWith(List<Sums> expected) {
      return sums.size() == expected.size()
          && IntStream.range(0, expected.size()).allMatch(i -> sums.get(i).agreesWith(expected.get(i)));
    }
  }

  Sample run() throws IOException;

  @Override
  void close() throws IOException;
}
