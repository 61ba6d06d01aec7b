package io.dataprism.benchmarks.tpch;

import io.dataprism.benchmarks.fetch.Sums;

/// What a query gave, value by value, folded into a few numbers. They depend on the order of rows and of columns.
final class Answer {
  private long rows;
  private int column;
  private long integers;
  private double decimals;

  void nextRow() {
    rows++;
    column = 0;
  }

  /// A whole number, a date as its days since 1970, or a decimal without its point.
  void add(long value) {
    integers += weight() * value;
  }

  void add(double value) {
    decimals += weight() * value;
  }

  /// The bytes of a text in UTF-8.
  void add(byte[] text) {
    long hash = 0;
    for (byte b : text) {
      hash = 31 * hash + b;
    }
    add(hash);
  }

  /// A NULL counts by its place, which the values after it have moved on from.
  void addNull() {
    column++;
  }

  private long weight() {
    return 31 * rows + ++column;
  }

  Sums sums() {
    return new Sums(rows, integers, decimals);
  }
}
