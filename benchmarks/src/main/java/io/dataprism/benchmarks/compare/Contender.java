package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;

/// One side of a measure, ready to run.
interface Contender extends AutoCloseable {
  /// One run: how long it took, in the measure's unit, and what it computed.
  record Sample(double time, Sums sums) {}

  Sample run() throws IOException;

  @Override
  void close() throws IOException;
}
