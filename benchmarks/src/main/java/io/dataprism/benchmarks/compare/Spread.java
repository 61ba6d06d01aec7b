package io.dataprism.benchmarks.compare;

import java.util.List;

/// What many runs of one side gave, in the measure's unit.
///
/// @param lowerQuartile a quarter of the runs was at least as fast
/// @param upperQuartile a quarter of the runs was at least as slow
record Spread(int runs, double median, double min, double lowerQuartile, double upperQuartile, double max) {
  static Spread of(List<Double> times) {
    List<Double> sorted = times.stream().sorted().toList();
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
