package io.dataprism.arrow;

import io.dataprism.Query;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.TimeLimitException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

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
}
