package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A session of the native library. Thread-safe; runs one statement at a time and refuses a second one.
public final class SessionHandle extends ParentHandle {
  private final EngineHandle engine;

  SessionHandle(MemorySegment address, NativeError.Mapper mapper, EngineHandle engine) {
    super(address, mapper);
    this.engine = engine;
  }

  /// Runs SQL and gives the last statement's rows.
  public ResultHandle query(String sql, @Nullable Object[] parameters) {
    MemorySegment session = acquire();
    try (Arena arena = Arena.ofConfined()) {
      SqlCall call = SqlCall.of(sql, parameters, arena, mapper);
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment error = NativeError.slot(arena);
      int code =
          Dataprism.dp_session_query(
              session, call.sql(), call.sqlLength(), call.values(), call.valueCount(), out, error);
      NativeError.check(code, error, mapper);
      return adopt(new ResultHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    } finally {
      release();
    }
  }

  /// Runs SQL and tells how many rows it changed.
  public long execute(String sql, @Nullable Object[] parameters) {
    MemorySegment session = acquire();
    try (Arena arena = Arena.ofConfined()) {
      SqlCall call = SqlCall.of(sql, parameters, arena, mapper);
      MemorySegment changed = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment error = NativeError.slot(arena);
      int code =
          Dataprism.dp_session_execute(
              session, call.sql(), call.sqlLength(), call.values(), call.valueCount(), changed, error);
      NativeError.check(code, error, mapper);
      return changed.get(ValueLayout.JAVA_LONG, 0);
    } finally {
      release();
    }
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
