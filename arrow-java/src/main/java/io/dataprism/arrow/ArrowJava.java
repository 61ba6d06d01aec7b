package io.dataprism.arrow;

import io.dataprism.Engine;
import io.dataprism.Query;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Where DataPrism and arrow-java meet. Nothing of the data is copied on the way.
///
/// arrow-java needs `--add-opens=java.base/java.nio=ALL-UNNAMED`, or with modules `…=org.apache.arrow.memory.core`, for
/// its own memory. DataPrism does not.
public final class ArrowJava {
  private ArrowJava() {}

  /// Runs a query and gives its rows to arrow-java: [ArrowReader#loadNextBatch()] runs the query up to its next batch,
  /// and puts that into the reader's [root][ArrowReader#getVectorSchemaRoot()], whose vectors lie in the memory that
  /// DuckDB wrote.
  ///
  /// Closing the reader stops a query that has not ended. A batch is given back when the root gets the next one or the
  /// reader is closed; vectors that were transferred out of the root keep their memory, and may outlive the engine.
  /// What pulling a batch fails with is thrown as a [DataPrismException].
  ///
  /// @param query whatever gives rows
  /// @param allocator accounts for the memory, and can be closed when the reader and what was taken from it are
  /// @return the reader, which belongs to one thread at a time; the caller closes it
  /// @throws TimeLimitException if the query takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public static ArrowReader reader(Query query, BufferAllocator allocator) {
    return new ResultReader(query, allocator);
  }

  /// Registers the rows that a root has now as a table, as [Engine#register] does. DuckDB reads the vectors in place:
  /// they must not be written to until the registration is closed. The root may be cleared, closed or loaded anew; its
  /// vectors' memory stays until then.
  ///
  /// @param dictionaries of columns that have any, or null
  /// @param allocator accounts for what describes the vectors, and may be theirs; it can be closed when the
  ///   registration is
  /// @return the registration; the caller closes it, or closing the engine does
  /// @throws InvalidInputException if the vectors are malformed
  /// @throws UnsupportedException if DuckDB has no type for a column
  /// @throws DataPrismException of another kind if the table cannot be registered
  public static Registration register(
      Engine engine,
      String name,
      VectorSchemaRoot root,
      @Nullable DictionaryProvider dictionaries,
      BufferAllocator allocator) {
    try (ExportedVectors exported = new ExportedVectors(allocator, dictionaries)) {
      exported.addSchema(root.getSchema());
      exported.add(root);
      return exported.register(engine, name);
    }
  }

  /// Registers record batches as a table, as [#register(Engine, String, VectorSchemaRoot, DictionaryProvider,
  /// BufferAllocator)] does a root. They are read by several threads at once, and may be closed by the caller
  /// meanwhile.
  ///
  /// @param schema of all the batches, without dictionaries
  /// @param batches not compressed
  /// @param allocator accounts for what describes the batches, and may be theirs; it can be closed when the
  ///   registration is
  /// @return the registration; the caller closes it, or closing the engine does
  /// @throws InvalidInputException if the batches are malformed
  /// @throws UnsupportedException if DuckDB has no type for a column
  /// @throws DataPrismException of another kind if the table cannot be registered
  public static Registration register(
      Engine engine, String name, Schema schema, List<ArrowRecordBatch> batches, BufferAllocator allocator) {
    try (ExportedVectors exported = new ExportedVectors(allocator, null);
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      exported.addSchema(schema);
      VectorLoader loader = new VectorLoader(root);
      for (ArrowRecordBatch batch : batches) {
        loader.load(batch);
        exported.add(root);
      }
      return exported.register(engine, name);
    }
  }

  /// Registers the rows that a reader has left as a table that can be read once: DuckDB's threads call the reader as
  /// they read, one at a time. A failure of the reader is the query's.
  ///
  /// The reader is taken over, whatever the outcome, and closed when it has been read or the registration is closed.
  ///
  /// @param allocator accounts for what describes the batches, and may be the reader's; it can be closed when the
  ///   registration is
  /// @return the registration; the caller closes it, or closing the engine does
  /// @throws UnsupportedException if DuckDB has no type for a column
  /// @throws DataPrismException of another kind if the table cannot be registered
  public static Registration register(Engine engine, String name, ArrowReader reader, BufferAllocator allocator) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(5 * ValueLayout.ADDRESS.byteSize(), ValueLayout.ADDRESS.byteAlignment());
      ArrowArrayStream stream = ArrowArrayStream.wrap(struct.address());
      Data.exportArrayStream(allocator, reader, stream);
      try {
        return engine.register(name, Table.ofArrowStream(struct));
      } finally {
        // Does nothing to one that has been taken over.
        stream.release();
      }
    }
  }
}
