package io.dataprism.benchmarks.ingest;

import io.dataprism.benchmarks.fetch.Sums;
import java.sql.SQLException;

/// Fills a table `rows` with the rows that it holds ready.
public interface Ingester extends AutoCloseable {
  /// Makes the table, empty.
  String CREATE = "CREATE OR REPLACE TABLE rows (id BIGINT, amount DOUBLE, name VARCHAR)";

  /// What the table holds, to be compared: the sum of its numbers, and of the lengths of its texts.
  String CHECK = "SELECT count(*), (sum(id) + sum(length(name)))::BIGINT, sum(amount) FROM rows";

  /// Makes the table anew, and fills it.
  void run() throws Exception;

  /// What the table holds.
  Sums check() throws Exception;

  @Override
  void close() throws SQLException;
}
