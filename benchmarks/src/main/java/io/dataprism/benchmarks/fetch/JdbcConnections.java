package io.dataprism.benchmarks.fetch;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;

/// Opens database files through DuckDB's JDBC driver.
public final class JdbcConnections {
  private JdbcConnections() {}

  /// Opens a file for reading.
  public static DuckDBConnection open(Path database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty(DuckDBDriver.DUCKDB_READONLY_PROPERTY, "true");
    return DriverManager.getConnection("jdbc:duckdb:" + database, properties).unwrap(DuckDBConnection.class);
  }
}
