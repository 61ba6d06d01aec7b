package io.dataprism.arrow;

import io.dataprism.Engine;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Vectors on their way to a registration, in the structures of the Arrow C Data Interface. Each structure holds on to
/// its vectors until it is released, by the registration or, where there is none, by closing this.
final class ExportedVectors implements AutoCloseable {
  private static final long ALIGNMENT = ValueLayout.ADDRESS.byteAlignment();
  private static final long SCHEMA_SIZE = 9 * Long.BYTES;
  private static final long ARRAY_SIZE = 10 * Long.BYTES;

  private final Arena arena = Arena.ofConfined();
  private final BufferAllocator allocator;
  private final @Nullable DictionaryProvider dictionaries;
  private final MemorySegment schema = arena.allocate(SCHEMA_SIZE, ALIGNMENT);
  private final List<MemorySegment> arrays = new ArrayList<>();

  ExportedVectors(BufferAllocator allocator, @Nullable DictionaryProvider dictionaries) {
    this.allocator = allocator;
    this.dictionaries = dictionaries;
  }

  void addSchema(Schema columns) {
    Data.exportSchema(allocator, columns, dictionaries, ArrowSchema.wrap(schema.address()));
  }

  /// Adds the rows that a root has now. What it has later is not seen.
  void add(VectorSchemaRoot root) {
    MemorySegment array = arena.allocate(ARRAY_SIZE, ALIGNMENT);
    Data.exportVectorSchemaRoot(allocator, root, dictionaries, ArrowArray.wrap(array.address()));
    arrays.add(array);
  }

  Registration register(Engine engine, String name) {
    return engine.register(name, Table.ofArrowArrays(schema, arrays));
  }

  /// Releases what has not been taken over.
  @Override
  public void close() {
    ArrowSchema.wrap(schema.address()).release();
    arrays.forEach(array -> ArrowArray.wrap(array.address()).release());
    arena.close();
  }
}
