package io.dataprism.benchmarks.compare;

/// No side, but a limit that is the same whatever the machine does.
record FixedContender(Sample sample) implements Contender {
  @Override
  public Sample run() {
    return sample;
  }

  @Override
  public void close() {}
}
