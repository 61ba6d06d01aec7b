package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A session of the native library. Thread-safe; runs one statement at a time and refuses a second one.
public final class SessionHandle extends ParentHandle {
  private final EngineHandle engine;

  SessionHandle(MemorySegment address, NativeError.Mapper mapper, EngineHandle engine) {
    super(address, mapper);
    this.engine = engine;
  }

  /// Stops the statement that runs, if there is one. May be called from any thread.
  public void interrupt() {
    MemorySegment session = acquire();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_session_interrupt(session, error), error, mapper);
    } finally {
      release();
    }
  }

  @Override
  int query(MemorySegment handle, SqlCall call, MemorySegment out, MemorySegment error) {
    return Dataprism.dp_session_query(
        handle, call.sql(), call.sqlLength(), call.values(), call.valueCount(), out, error);
  }

  @Override
  int execute(MemorySegment handle, SqlCall call, MemorySegment changed, MemorySegment error) {
    return Dataprism.dp_session_execute(
        handle, call.sql(), call.sqlLength(), call.values(), call.valueCount(), changed, error);
  }

  @Override
  String name() {
    return "session";
  }

  @Override
  void interruptNative(MemorySegment handle) {
    Dataprism.dp_session_interrupt(handle, MemorySegment.NULL);
  }

  @Override
  void free(MemorySegment handle) {
    engine.forget(this);
    Dataprism.dp_session_close(handle);
  }
}
