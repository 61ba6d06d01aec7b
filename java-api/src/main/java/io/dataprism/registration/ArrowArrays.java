package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Arrow arrays of somebody else's.
final class ArrowArrays extends Table {
  private final MemorySegment schema;
  private final List<MemorySegment> arrays;

  ArrowArrays(MemorySegment schema, List<MemorySegment> arrays) {
    this.schema = schema;
    this.arrays = List.copyOf(arrays);
  }

  @Override
  Known register(String name, EngineHandle engine) {
    return new Known(engine.registerForeignArrays(name, schema, arrays), 0);
  }
}
