package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableHandle;
import java.lang.foreign.MemorySegment;

/// An Arrow stream of somebody else's.
final class ArrowStream extends Table {
  private final MemorySegment stream;

  ArrowStream(MemorySegment stream) {
    this.stream = stream;
  }

  @Override
  TableHandle makeKnown(String name, EngineHandle engine) {
    return engine.registerStream(name, stream);
  }
}
