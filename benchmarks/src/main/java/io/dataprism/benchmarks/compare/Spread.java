package io.dataprism.benchmarks.compare;

import java.util.List;

/// What many rounds gave.
///
/// @param runs how many rounds there were
/// @param lowerQuartile a quarter of the values is not above it
/// @param upperQuartile a quarter of the values is not below it
record Spread(int runs, double median, double min, double lowerQuartile, double upperQuartile, double max) {
  static Spread of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return new Spread(
        sorted.size(),
        quantile(sorted, 0.5),
        sorted.getFirst(),
        quantile(sorted, 0.25),
        quantile(sorted, 0.75),
        sorted.getLast());
  }

  private static double quantile(List<Double> sorted, double share) {
    double place = share * (sorted.size() - 1);
    double below = sorted.get((int) Math.floor(place));
    double above = sorted.get((int) Math.ceil(place));
    return below + (above - below) * (place - Math.floor(place));
  }
}
