package io.dataprism.benchmarks.fetch;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Struct;

/// DuckDB's JDBC driver, row by row.
public final class JdbcResultSetFetcher implements Fetcher {
  private final Connection connection;

  /// Opens a database file.
  public JdbcResultSetFetcher(Path database) throws SQLException {
    this.connection = JdbcConnections.open(database);
  }

  @Override
  public Sums numbers(String sql) throws SQLException {
    long rows = 0;
    long keys = 0;
    double quantities = 0;
    double prices = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        keys += result.getLong(1);
        quantities += result.getDouble(2);
        prices += result.getDouble(3);
        rows++;
      }
    }
    return new Sums(rows, keys, quantities + prices);
  }

  @Override
  public Sums bytes(String sql) throws SQLException {
    long rows = 0;
    long total = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        for (byte b : result.getString(1).getBytes(StandardCharsets.UTF_8)) {
          total += b;
        }
        rows++;
      }
    }
    return new Sums(rows, total, 0);
  }

  @Override
  public Sums strings(String sql) throws SQLException {
    KeptStrings kept = new KeptStrings();
    long rows = 0;
    long lengths = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        String text = result.getString(1);
        kept.keep(text);
        lengths += text.length();
        rows++;
      }
    }
    return new Sums(rows, lengths, 0);
  }

  @Override
  public Sums nested(String sql) throws SQLException {
    long rows = 0;
    long integers = 0;
    double prices = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        for (Object part : (Object[]) result.getArray(1).getArray()) {
          integers += (Long) part;
        }
        Object[] total = ((Struct) result.getObject(2)).getAttributes();
        integers += (Long) total[0];
        prices += (Double) total[1];
        rows++;
      }
    }
    return new Sums(rows, integers, prices);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
