package io.dataprism.benchmarks.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;

/// DuckDB's JDBC driver, exporting Arrow arrays to arrow-java.
public final class JdbcArrowFetcher implements Fetcher {
  private static final long BATCH_ROWS = 16_384;

  private final BufferAllocator allocator = new RootAllocator();
  private final DuckDBConnection connection;

  /// Opens a database file.
  public JdbcArrowFetcher(Path database) throws SQLException {
    this.connection = JdbcConnections.open(database);
  }

  @Override
  public Sums numbers(String sql) throws SQLException, IOException {
    long rows = 0;
    long keys = 0;
    double quantities = 0;
    double prices = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery();
        ArrowReader reader = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        BigIntVector key = (BigIntVector) root.getVector(0);
        Float8Vector quantity = (Float8Vector) root.getVector(1);
        Float8Vector price = (Float8Vector) root.getVector(2);
        for (int row = 0; row < root.getRowCount(); row++) {
          keys += key.get(row);
          quantities += quantity.get(row);
          prices += price.get(row);
        }
        rows += root.getRowCount();
      }
    }
    return new Sums(rows, keys, quantities + prices);
  }

  @Override
  public Sums bytes(String sql) throws SQLException, IOException {
    long rows = 0;
    long total = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery();
        ArrowReader reader = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        VarCharVector texts = (VarCharVector) root.getVector(0);
        int size = texts.getEndOffset(root.getRowCount() - 1);
        total += sum(texts.getDataBuffer().nioBuffer(0, size));
        rows += root.getRowCount();
      }
    }
    return new Sums(rows, total, 0);
  }

  private static long sum(ByteBuffer bytes) {
    long total = 0;
    for (int i = 0; i < bytes.limit(); i++) {
      total += bytes.get(i);
    }
    return total;
  }

  @Override
  public Sums strings(String sql) throws SQLException, IOException {
    KeptStrings kept = new KeptStrings();
    long rows = 0;
    long lengths = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery();
        ArrowReader reader = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        VarCharVector texts = (VarCharVector) root.getVector(0);
        for (int row = 0; row < root.getRowCount(); row++) {
          String text = new String(texts.get(row), StandardCharsets.UTF_8);
          kept.keep(text);
          lengths += text.length();
        }
        rows += root.getRowCount();
      }
    }
    return new Sums(rows, lengths, 0);
  }

  @Override
  public Sums nested(String sql) throws SQLException, IOException {
    long rows = 0;
    long integers = 0;
    double prices = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery();
        ArrowReader reader = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        ListVector parts = (ListVector) root.getVector(0);
        BigIntVector part = (BigIntVector) parts.getDataVector();
        StructVector total = (StructVector) root.getVector(1);
        BigIntVector lines = (BigIntVector) total.getChildByOrdinal(0);
        Float8Vector price = (Float8Vector) total.getChildByOrdinal(1);
        for (int row = 0; row < root.getRowCount(); row++) {
          int end = parts.getElementEndIndex(row);
          for (int i = parts.getElementStartIndex(row); i < end; i++) {
            integers += part.get(i);
          }
          integers += lines.get(row);
          prices += price.get(row);
        }
        rows += root.getRowCount();
      }
    }
    return new Sums(rows, integers, prices);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
    allocator.close();
  }
}
