package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A result of the native library that is kept to be read again. Thread-safe; any number of threads may read it at
/// once.
public final class StoredHandle extends NativeHandle {
  private final EngineHandle engine;
  private final long bytes;

  private StoredHandle(MemorySegment address, NativeError.Mapper mapper, EngineHandle engine, long bytes) {
    super(address, mapper);
    this.engine = engine;
    this.bytes = bytes;
  }

  /// Runs a query to its end and keeps its rows, if they take no more than a number of bytes and the memory budget has
  /// room for them. The result goes on to give all its batches; none may have been fetched from it before.
  ///
  /// @return what is kept, which the engine closes if nobody does; null if nothing is kept
  public static @Nullable StoredHandle store(EngineHandle engine, ResultHandle result, long maxBytes) {
    try (NativeCall call = engine.begin()) {
      MemorySegment running = result.acquire();
      try {
        MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
        call.check(Dataprism.dp_result_store(running, maxBytes, out, call.error()));
        MemorySegment stored = out.get(ValueLayout.ADDRESS, 0);
        if (stored.address() == 0) {
          return null;
        }
        MemorySegment bytes = call.arena().allocate(ValueLayout.JAVA_LONG);
        call.check(Dataprism.dp_stored_bytes(stored, bytes, call.error()));
        return engine.adopt(new StoredHandle(stored, engine.mapper, engine, bytes.get(ValueLayout.JAVA_LONG, 0)));
      } finally {
        result.release();
      }
    }
  }

  /// How many bytes the buffers of the rows have.
  public long bytes() {
    return bytes;
  }

  /// The rows, from the first one on, in the memory that is kept. They stay readable when this is closed.
  ///
  /// @return the rows, which the engine closes if nobody does; null if this has been closed
  public @Nullable ResultHandle open() {
    try (NativeCall call = engine.begin()) {
      if (!tryAcquire()) {
        return null;
      }
      try {
        MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
        call.check(Dataprism.dp_stored_open(address(), out, call.error()));
        return engine.adopt(new ResultHandle(out.get(ValueLayout.ADDRESS, 0), mapper, engine));
      } finally {
        release();
      }
    }
  }

  @Override
  String name() {
    return "stored result";
  }

  @Override
  void interruptNative(MemorySegment handle) {
    // Its calls do not wait for anything.
  }

  @Override
  void free(MemorySegment handle) {
    engine.forget(this);
    Dataprism.dp_stored_close(handle);
  }
}
