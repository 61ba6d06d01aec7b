package io.dataprism.benchmarks.tpch;

import io.dataprism.benchmarks.fetch.Sums;
import java.sql.SQLException;

/// One way to run a query and to read every value of its answer.
public interface AnswerReader extends AutoCloseable {
  /// Runs a query whose columns are whole numbers, decimals, floating-point numbers, dates and texts.
  Sums read(String sql) throws SQLException;

  @Override
  void close() throws SQLException;
}
