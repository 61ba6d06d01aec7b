package io.dataprism.benchmarks.ingest;

import io.dataprism.benchmarks.fetch.Sums;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

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

  /// An object for each row.
  List<Row> records() {
    return IntStream.range(0, count).mapToObj(row -> new Row(id(row), amount(row), name(row))).toList();
  }

  /// What a table with these rows holds, as [Ingester#CHECK] asks.
  public Sums sums() {
    long integers = IntStream.range(0, count).mapToLong(row -> id(row) + name(row).length()).sum();
    return new Sums(count, integers, IntStream.range(0, count).mapToDouble(this::amount).sum());
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
