package io.dataprism.arrow;

import io.dataprism.Query;
import io.dataprism.error.DataPrismException;
import io.dataprism.export.ArrowStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.CDataDictionaryProvider;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/// The rows of a query, pulled through an Arrow C stream. Belongs to one thread at a time.
///
/// arrow-java has such a reader too, which makes an exception of every failure that tells a number and a text. This one
/// throws what the query has failed with.
final class ResultReader extends ArrowReader {
  private static final long STREAM_SIZE = 5 * ValueLayout.ADDRESS.byteSize();

  /// The structure of the stream, for as long as this reader lives.
  private final MemorySegment struct = Arena.ofAuto().allocate(STREAM_SIZE, ValueLayout.ADDRESS.byteAlignment());

  private final ArrowArrayStream stream;
  private final ArrowStream exported;
  private final CDataDictionaryProvider provider = new CDataDictionaryProvider();

  ResultReader(Query query, BufferAllocator allocator) {
    super(allocator);
    this.exported = query.exportArrowStream(struct);
    this.stream = ArrowArrayStream.wrap(struct.address());
  }

  private interface Pull {
    void run() throws IOException;
  }

  private void pull(Pull pull) throws IOException {
    try {
      pull.run();
    } catch (IOException e) {
      if (exported.failure().orElse(null) instanceof DataPrismException failure) {
        throw failure;
      }
      throw e;
    }
  }

  @Override
  protected Schema readSchema() throws IOException {
    try (ArrowSchema schema = ArrowSchema.allocateNew(allocator)) {
      pull(() -> stream.getSchema(schema));
      return Data.importSchema(allocator, schema, provider);
    }
  }

  @Override
  public boolean loadNextBatch() throws IOException {
    ensureInitialized();
    try (ArrowArray array = ArrowArray.allocateNew(allocator)) {
      pull(() -> stream.getNext(array));
      if (array.snapshot().release == 0) {
        getVectorSchemaRoot().setRowCount(0);
        return false;
      }
      Data.importIntoVectorSchemaRoot(allocator, array, getVectorSchemaRoot(), provider);
      return true;
    }
  }

  @Override
  public Map<Long, Dictionary> getDictionaryVectors() {
    return provider.getDictionaryIds().stream().collect(Collectors.toMap(Function.identity(), provider::lookup));
  }

  @Override
  public Dictionary lookup(long id) {
    return provider.lookup(id);
  }

  @Override
  public Set<Long> getDictionaryIds() {
    return provider.getDictionaryIds();
  }

  @Override
  public long bytesRead() {
    return exported.metrics().bytes();
  }

  @Override
  protected void closeReadSource() {
    stream.release();
    stream.close();
    provider.close();
  }
}
