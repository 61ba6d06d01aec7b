package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.bindings.generated.ArrowSchema;
import java.lang.foreign.MemorySegment;

/// Releases structures of the Arrow C interfaces that nobody has taken over, unless they are released.
final class ArrowStructs {
  private ArrowStructs() {}

  static void releaseSchema(MemorySegment struct) {
    MemorySegment schema = struct.reinterpret(ArrowSchema.sizeof());
    MemorySegment release = ArrowSchema.release(schema);
    if (release.address() != 0) {
      ArrowSchema.release.invoke(release, schema);
    }
  }

  static void releaseArray(MemorySegment struct) {
    MemorySegment array = struct.reinterpret(ArrowArray.sizeof());
    MemorySegment release = ArrowArray.release(array);
    if (release.address() != 0) {
      ArrowArray.release.invoke(release, array);
    }
  }

  static void releaseStream(MemorySegment struct) {
    MemorySegment stream = struct.reinterpret(ArrowArrayStream.sizeof());
    MemorySegment release = ArrowArrayStream.release(stream);
    if (release.address() != 0) {
      ArrowArrayStream.release.invoke(release, stream);
    }
  }
}
