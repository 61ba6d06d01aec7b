package io.dataprism.benchmarks.ingest;

import io.dataprism.benchmarks.ingest.Rows.Row;
import java.util.List;
import java.util.stream.IntStream;

/// Rows on the Java heap, made before they are needed.
public interface ReadyRows {
  /// How many there are.
  int count();

  /// A whole number of a row.
  long id(int row);

  /// A number of a row.
  double amount(int row);

  /// A text of a row.
  String name(int row);

  /// An array for each column.
  static ReadyRows columns(Rows rows) {
    return new Columns(
        IntStream.range(0, rows.count()).mapToLong(rows::id).toArray(),
        IntStream.range(0, rows.count()).mapToDouble(rows::amount).toArray(),
        IntStream.range(0, rows.count()).mapToObj(rows::name).toArray(String[]::new));
  }

  /// An object for each row.
  static ReadyRows records(Rows rows) {
    return new Records(rows.records());
  }

  /// Rows in columns.
  // No two are compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Columns(long[] ids, double[] amounts, String[] names) implements ReadyRows {
    @Override
    public int count() {
      return ids.length;
    }

    @Override
    public long id(int row) {
      return ids[row];
    }

    @Override
    public double amount(int row) {
      return amounts[row];
    }

    @Override
    public String name(int row) {
      return names[row];
    }
  }

  /// Rows as objects.
  record Records(List<Row> rows) implements ReadyRows {
    @Override
    public int count() {
      return rows.size();
    }

    @Override
    public long id(int row) {
      return rows.get(row).id();
    }

    @Override
    public double amount(int row) {
      return rows.get(row).amount();
    }

    @Override
    public String name(int row) {
      return rows.get(row).name();
    }
  }
}
