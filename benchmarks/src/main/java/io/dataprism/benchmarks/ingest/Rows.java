package io.dataprism.benchmarks.ingest;

import java.nio.charset.StandardCharsets;

/// The rows that all sides put into their table.
///
/// @param count how many there are
public record Rows(int count) {
  private static final int DIGITS = 9;

  /// A row as an object.
  public record Row(long id, double amount, String name) {}

  long id(int row) {
    return row;
  }

  double amount(int row) {
    // Sums of these are exact, in whatever order.
    return row % 1_000 / 4.0;
  }

  /// A text that is too long for DuckDB to keep it in the column itself.
  String name(int row) {
    String digits = Integer.toString(row);
    return "Customer#" + "0".repeat(DIGITS - digits.length()) + digits;
  }

  /// All texts one after the other, which are of one length.
  byte[] utf8() {
    StringBuilder all = new StringBuilder();
    for (int row = 0; row < count; row++) {
      all.append(name(row));
    }
    return all.toString().getBytes(StandardCharsets.UTF_8);
  }
}
