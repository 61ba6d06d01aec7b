package io.dataprism.benchmarks.fetch;

/// What a side computed, so that it can be told whether all computed the same.
///
/// @param rows how many rows were read
/// @param integers the sum of what is exact: whole numbers, bytes, lengths
/// @param decimals the sum of floating-point numbers
public record Sums(long rows, long integers, double decimals) {
  private static final double TOLERANCE = 1e-9;

  /// Whether another side computed the same, up to the rounding of sums that were added up in another order.
  public boolean agreesWith(Sums other) {
    return rows == other.rows
        && integers == other.integers
        && Math.abs(decimals - other.decimals) <= TOLERANCE * Math.abs(decimals);
  }
}
