package io.dataprism.benchmarks.concurrent;

import io.dataprism.benchmarks.fetch.JdbcConnections;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.duckdb.DuckDBConnection;

/// DuckDB's JDBC driver with a pool of connections to one database, each of which keeps its prepared statements.
public final class JdbcQueryMix implements QueryMix {
  /// Above the number of cores, further connections only wait for each other; as many are kept as this library keeps
  /// sessions.
  private static final int POOL_SIZE = 16;

  private record Pooled(Connection connection, List<PreparedStatement> statements) {}

  private final DuckDBConnection database;
  private final List<Pooled> all = new ArrayList<>();
  private final BlockingQueue<Pooled> idle = new ArrayBlockingQueue<>(POOL_SIZE);

  /// Opens a database file.
  ///
  /// @param callers how many threads will call at most
  public JdbcQueryMix(Path database, int callers) throws SQLException {
    this.database = JdbcConnections.open(database);
    for (int i = 0; i < Math.min(callers, POOL_SIZE); i++) {
      Connection connection = this.database.duplicate();
      List<PreparedStatement> statements = new ArrayList<>();
      for (String sql : QUERIES) {
        statements.add(connection.prepareStatement(sql));
      }
      all.add(new Pooled(connection, statements));
    }
    idle.addAll(all);
  }

  @Override
  public long run(int number) throws SQLException, InterruptedException {
    Pooled pooled = idle.take();
    try {
      PreparedStatement statement = pooled.statements.get(QueryMix.query(number));
      statement.setLong(1, QueryMix.key(number));
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          throw new IllegalStateException("there is no row");
        }
        return result.getLong(1) + result.getString(2).length();
      }
    } finally {
      idle.add(pooled);
    }
  }

  @Override
  public void close() throws SQLException {
    for (Pooled pooled : all) {
      for (PreparedStatement statement : pooled.statements) {
        statement.close();
      }
      pooled.connection.close();
    }
    database.close();
  }
}
