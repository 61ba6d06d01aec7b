package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import java.lang.foreign.MemorySegment;

/// An Arrow stream of somebody else's.
final class ArrowStream extends Table {
  private final MemorySegment stream;

  ArrowStream(MemorySegment stream) {
    this.stream = stream;
  }

  @Override
  Known register(String name, EngineHandle engine) {
    return new Known(engine.registerStream(name, stream), 0);
  }
}
