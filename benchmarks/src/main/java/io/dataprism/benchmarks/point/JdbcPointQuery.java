package io.dataprism.benchmarks.point;

import io.dataprism.benchmarks.fetch.JdbcConnections;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// DuckDB's JDBC driver.
public final class JdbcPointQuery implements PointQuery {
  private final Connection connection;
  private final PreparedStatement statement;

  /// Opens a database file.
  public JdbcPointQuery(Path database) throws SQLException {
    this.connection = JdbcConnections.open(database);
    this.statement = connection.prepareStatement(SQL);
  }

  @Override
  public long run(long key) throws SQLException {
    statement.setLong(1, key);
    try (ResultSet result = statement.executeQuery()) {
      if (!result.next()) {
        throw new IllegalStateException("there is no row");
      }
      return (long) result.getInt(1) + result.getString(2).length();
    }
  }

  @Override
  public void close() throws SQLException {
    statement.close();
    connection.close();
  }
}
