package io.dataprism.benchmarks.fetch;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;

/// DuckDB's JDBC driver, chunk by chunk: its newest way, which knows no nested types.
public final class JdbcChunkedFetcher implements Fetcher {
  private final DuckDBConnection connection;

  /// Opens a database file.
  public JdbcChunkedFetcher(Path database) throws SQLException {
    this.connection = JdbcConnections.open(database);
  }

  @Override
  public Sums numbers(String sql) throws SQLException {
    long rows = 0;
    long keys = 0;
    double quantities = 0;
    double prices = 0;
    try (DuckDBPreparedStatement statement = connection.prepare(sql);
        DuckDBChunkedResult result = statement.query()) {
      while (result.nextChunk()) {
        DuckDBDataChunkReader chunk = result.chunk();
        DuckDBReadableVector key = chunk.vector(0);
        DuckDBReadableVector quantity = chunk.vector(1);
        DuckDBReadableVector price = chunk.vector(2);
        for (long row = 0; row < chunk.rowCount(); row++) {
          keys += key.getLong(row);
          quantities += quantity.getDouble(row);
          prices += price.getDouble(row);
        }
        rows += chunk.rowCount();
      }
    }
    return new Sums(rows, keys, quantities + prices);
  }

  @Override
  public Sums bytes(String sql) throws SQLException {
    long rows = 0;
    long total = 0;
    try (DuckDBPreparedStatement statement = connection.prepare(sql);
        DuckDBChunkedResult result = statement.query()) {
      while (result.nextChunk()) {
        DuckDBDataChunkReader chunk = result.chunk();
        DuckDBReadableVector texts = chunk.vector(0);
        for (long row = 0; row < chunk.rowCount(); row++) {
          for (byte b : texts.getString(row).getBytes(StandardCharsets.UTF_8)) {
            total += b;
          }
        }
        rows += chunk.rowCount();
      }
    }
    return new Sums(rows, total, 0);
  }

  @Override
  public Sums strings(String sql) throws SQLException {
    KeptStrings kept = new KeptStrings();
    long rows = 0;
    long lengths = 0;
    try (DuckDBPreparedStatement statement = connection.prepare(sql);
        DuckDBChunkedResult result = statement.query()) {
      while (result.nextChunk()) {
        DuckDBDataChunkReader chunk = result.chunk();
        DuckDBReadableVector texts = chunk.vector(0);
        for (long row = 0; row < chunk.rowCount(); row++) {
          String text = texts.getString(row);
          kept.keep(text);
          lengths += text.length();
        }
        rows += chunk.rowCount();
      }
    }
    return new Sums(rows, lengths, 0);
  }

  @Override
  public Sums nested(String sql) {
    throw new UnsupportedOperationException("DuckDBChunkedResult reads no LIST and no STRUCT");
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
