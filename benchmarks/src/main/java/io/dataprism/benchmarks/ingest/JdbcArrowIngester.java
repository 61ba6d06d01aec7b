package io.dataprism.benchmarks.ingest;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/// DuckDB's JDBC driver, from vectors of arrow-java that stand ready.
public final class JdbcArrowIngester extends JdbcIngester {
  /// As many rows as a row group of DuckDB's has, so that its threads share them out.
  private static final int BATCH_ROWS = 122_880;

  private final BufferAllocator allocator = new RootAllocator();
  private final List<VectorSchemaRoot> batches = new ArrayList<>();

  /// Makes the vectors.
  public JdbcArrowIngester(Rows rows) throws SQLException {
    for (int from = 0; from < rows.count(); from += BATCH_ROWS) {
      batches.add(batch(rows, from, Math.min(BATCH_ROWS, rows.count() - from)));
    }
  }

  private VectorSchemaRoot batch(Rows rows, int from, int count) {
    BigIntVector ids = new BigIntVector("id", allocator);
    Float8Vector amounts = new Float8Vector("amount", allocator);
    VarCharVector names = new VarCharVector("name", allocator);
    ids.allocateNew(count);
    amounts.allocateNew(count);
    names.allocateNew(count);
    for (int i = 0; i < count; i++) {
      ids.set(i, rows.id(from + i));
      amounts.set(i, rows.amount(from + i));
      names.setSafe(i, rows.name(from + i).getBytes(StandardCharsets.UTF_8));
    }
    VectorSchemaRoot root = VectorSchemaRoot.of(ids, amounts, names);
    root.setRowCount(count);
    return root;
  }

  @Override
  void fill() throws SQLException {
    try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
      Data.exportArrayStream(allocator, new ReadyReader(allocator, batches), stream);
      connection.registerArrowStream("ready", stream);
      execute("INSERT INTO rows SELECT * FROM ready");
    }
  }

  @Override
  public void close() throws SQLException {
    super.close();
    batches.forEach(VectorSchemaRoot::close);
    allocator.close();
  }

  /// Gives the batches that are there, and leaves them there.
  private static final class ReadyReader extends ArrowReader {
    private final Iterator<VectorSchemaRoot> left;
    private VectorSchemaRoot current;

    ReadyReader(BufferAllocator allocator, List<VectorSchemaRoot> batches) {
      super(allocator);
      this.left = batches.iterator();
      this.current = batches.getFirst();
    }

    @Override
    public VectorSchemaRoot getVectorSchemaRoot() {
      return current;
    }

    @Override
    public boolean loadNextBatch() {
      if (!left.hasNext()) {
        return false;
      }
      current = left.next();
      return true;
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {
      // Nothing was opened.
    }

    @Override
    public void close() {
      // The batches stay.
    }

    @Override
    protected Schema readSchema() {
      return current.getSchema();
    }
  }
}
