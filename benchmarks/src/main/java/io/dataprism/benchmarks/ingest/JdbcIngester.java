package io.dataprism.benchmarks.ingest;

import io.dataprism.benchmarks.fetch.Sums;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/// DuckDB's JDBC driver, on a database in memory.
public abstract class JdbcIngester implements Ingester {
  /// As many as programs commonly collect before they have them executed.
  private static final int STATEMENTS = 1_000;

  final DuckDBConnection connection;

  JdbcIngester() throws SQLException {
    this.connection = DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
  }

  /// Its appender, value by value.
  // It is what most programs use.
  @SuppressWarnings("deprecation")
  public static JdbcIngester singleValues(ReadyRows rows) throws SQLException {
    return new JdbcIngester() {
      @Override
      void fill() throws SQLException {
        try (var appender = connection.createSingleValueAppender("main", "rows")) {
          for (int row = 0; row < rows.count(); row++) {
            appender.beginRow();
            appender.append(rows.id(row));
            appender.append(rows.amount(row));
            appender.append(rows.name(row));
            appender.endRow();
          }
        }
      }
    };
  }

  /// Its newer appender, which collects rows before they cross.
  public static JdbcIngester batched(ReadyRows rows) throws SQLException {
    return new JdbcIngester() {
      @Override
      void fill() throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("rows")) {
          for (int row = 0; row < rows.count(); row++) {
            appender.beginRow().append(rows.id(row)).append(rows.amount(row)).append(rows.name(row)).endRow();
          }
        }
      }
    };
  }

  /// Its prepared statements, in one transaction.
  public static JdbcIngester batchedStatements(ReadyRows rows) throws SQLException {
    return new JdbcIngester() {
      @Override
      void fill() throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO rows VALUES (?, ?, ?)")) {
          int waiting = 0;
          for (int row = 0; row < rows.count(); row++) {
            insert.setLong(1, rows.id(row));
            insert.setDouble(2, rows.amount(row));
            insert.setString(3, rows.name(row));
            insert.addBatch();
            waiting++;
            if (waiting == STATEMENTS || row + 1 == rows.count()) {
              insert.executeBatch();
              waiting = 0;
            }
          }
        }
        connection.commit();
        connection.setAutoCommit(true);
      }
    };
  }

  /// Fills the empty table.
  abstract void fill() throws Exception;

  @Override
  public final void run() throws Exception {
    execute(CREATE);
    fill();
  }

  final void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public final Sums check() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(CHECK)) {
      result.next();
      return new Sums(result.getLong(1), result.getLong(2), result.getDouble(3));
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
