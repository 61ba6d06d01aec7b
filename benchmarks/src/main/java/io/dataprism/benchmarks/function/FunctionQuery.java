package io.dataprism.benchmarks.function;

import io.dataprism.benchmarks.fetch.Sums;
import java.sql.SQLException;

/// Runs queries that call functions written in Java, over a table `numbers` in memory.
public interface FunctionQuery extends AutoCloseable {
  /// Makes the table: three numbers and one of 1,000 groups, in no order. Sums of the numbers and of their products are
  /// exact.
  ///
  /// @param rows how many there are
  static String create(long rows) {
    return "CREATE TABLE numbers AS SELECT (i % 1000) / 4 AS a, (i % 7)::DOUBLE AS b, (i % 13) / 2 AS c,"
        + " (hash(i) % 1000)::INTEGER AS g FROM range("
        + rows
        + ") t(i)";
  }

  /// Runs a query that gives a row, of how many rows there were and of a sum.
  Sums run(String sql) throws SQLException;

  @Override
  void close() throws SQLException;
}
