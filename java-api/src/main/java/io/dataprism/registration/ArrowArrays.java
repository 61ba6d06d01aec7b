package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
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
  Rows rows(EngineHandle engine) {
    return new Rows(TableSource.foreignArrays(engine, schema, arrays), 0);
  }
}
