package io.dataprism.benchmarks.start;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// The first result through DuckDB's JDBC driver.
public final class JdbcFirstResult {
  private JdbcFirstResult() {}

  /// Prints the answer.
  public static void main(String[] args) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT 6 * 7")) {
      while (result.next()) {
        System.out.println(result.getInt(1));
      }
    }
  }
}
