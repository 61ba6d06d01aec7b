package io.dataprism.benchmarks.fetch;

import java.io.IOException;
import java.sql.SQLException;

/// One way to get the rows of a query into Java: a connection to a database, and a loop over the rows for each kind of
/// them. The loops are written as a user of that way would write them to be fast.
public interface Fetcher extends AutoCloseable {
  /// Sums a column of BIGINT and two of DOUBLE.
  Sums numbers(String sql) throws SQLException, IOException;

  /// Sums every byte of the UTF-8 of a column of VARCHAR, in place where that can be done.
  Sums bytes(String sql) throws SQLException, IOException;

  /// Makes a String of every row of a column of VARCHAR, and sums their lengths.
  Sums strings(String sql) throws SQLException, IOException;

  /// Sums the elements of a column of BIGINT[], and the fields of a column of STRUCT(BIGINT, DOUBLE).
  ///
  /// @throws UnsupportedOperationException if nested columns cannot be read this way
  Sums nested(String sql) throws SQLException, IOException;

  @Override
  void close() throws SQLException, IOException;
}
