package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
import java.lang.foreign.MemorySegment;

/// An Arrow stream of somebody else's.
final class ArrowStream extends Table {
  private final MemorySegment stream;

  ArrowStream(MemorySegment stream) {
    this.stream = stream;
  }

  @Override
  Rows rows(EngineHandle engine) {
    return new Rows(TableSource.stream(engine, stream), 0);
  }
}
