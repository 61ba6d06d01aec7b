package io.dataprism.benchmarks.fetch;

import java.nio.file.Path;
import java.sql.SQLException;

/// The fetchers by name.
public final class Fetchers {
  /// This library.
  public static final String DATAPRISM = "dataprism";

  /// JDBC, row by row.
  public static final String JDBC_RESULT_SET = "jdbc-resultset";

  /// JDBC, chunk by chunk.
  public static final String JDBC_CHUNKED = "jdbc-chunked";

  /// JDBC, through arrow-java.
  public static final String JDBC_ARROW = "jdbc-arrow";

  private Fetchers() {}

  /// Opens a database file.
  ///
  /// @param name one of the names above
  public static Fetcher open(String name, Path database) throws SQLException {
    return switch (name) {
      case DATAPRISM -> new DataPrismFetcher(database);
      case JDBC_RESULT_SET -> new JdbcResultSetFetcher(database);
      case JDBC_CHUNKED -> new JdbcChunkedFetcher(database);
      case JDBC_ARROW -> new JdbcArrowFetcher(database);
      default -> throw new IllegalArgumentException("there is no fetcher " + name);
    };
  }
}
