package io.dataprism.benchmarks.point;

import java.sql.SQLException;

/// One way to look one row up by its key, with a statement that is prepared once.
public interface PointQuery extends AutoCloseable {
  /// What is looked up: a number and a text of a table of 10,000 rows times TPC-H's scale factor.
  String SQL = "SELECT s_nationkey, s_name FROM supplier WHERE s_suppkey = ?";

  /// Looks a row up.
  ///
  /// @param key from one on
  /// @return the row's number and the length of its text, added up
  long run(long key) throws SQLException;

  @Override
  void close() throws SQLException;
}
