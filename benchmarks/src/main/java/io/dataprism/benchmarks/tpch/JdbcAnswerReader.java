package io.dataprism.benchmarks.tpch;

import io.dataprism.benchmarks.fetch.JdbcConnections;
import io.dataprism.benchmarks.fetch.Sums;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;

/// DuckDB's JDBC driver, row by row.
public final class JdbcAnswerReader implements AnswerReader {
  private final Connection connection;

  /// Opens a database file.
  public JdbcAnswerReader(Path database) throws SQLException {
    this.connection = JdbcConnections.open(database);
  }

  @Override
  public Sums read(String sql) throws SQLException {
    Answer answer = new Answer();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      ResultSetMetaData columns = result.getMetaData();
      String[] types = new String[columns.getColumnCount()];
      for (int i = 0; i < types.length; i++) {
        types[i] = columns.getColumnTypeName(i + 1);
      }
      while (result.next()) {
        answer.nextRow();
        for (int i = 0; i < types.length; i++) {
          add(answer, result, i + 1, types[i]);
        }
      }
    }
    return answer.sums();
  }

  private static void add(Answer answer, ResultSet row, int column, String type) throws SQLException {
    if (row.getObject(column) == null) {
      answer.addNull();
      return;
    }
    if (type.startsWith("DECIMAL")) {
      answer.add(row.getObject(column, BigDecimal.class).unscaledValue().longValue());
      return;
    }
    switch (type) {
      case "INTEGER", "BIGINT" -> answer.add(row.getLong(column));
      case "HUGEINT" -> answer.add(((BigInteger) row.getObject(column)).longValue());
      case "DATE" -> answer.add(row.getObject(column, LocalDate.class).toEpochDay());
      case "DOUBLE" -> answer.add(row.getDouble(column));
      case "VARCHAR" -> answer.add(row.getString(column).getBytes(StandardCharsets.UTF_8));
      default -> throw new IllegalArgumentException("a column of an answer has the type " + type);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
