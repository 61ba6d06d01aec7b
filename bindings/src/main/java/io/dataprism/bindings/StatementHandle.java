package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A prepared statement of the native library. Thread-safe; several sessions may run it at once.
public final class StatementHandle extends NativeHandle {
  private final EngineHandle engine;
  private final String sql;
  private final Set<SessionHandle> runningIn = ConcurrentHashMap.newKeySet();

  StatementHandle(MemorySegment address, NativeError.Mapper mapper, EngineHandle engine, String sql) {
    super(address, mapper);
    this.engine = engine;
    this.sql = sql;
  }

  /// The text that was prepared.
  public String sql() {
    return sql;
  }

  /// The names of the parameters in their order: their numbers from one on where they have no names of their own.
  public List<String> parameters() {
    MemorySegment statement = acquire();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = NativeError.slot(arena);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      NativeError.check(Dataprism.dp_statement_parameter_count(statement, count, error), error, mapper);
      List<String> names = new ArrayList<>();
      MemorySegment name = dp_text.allocate(arena);
      for (long i = 0; i < count.get(ValueLayout.JAVA_LONG, 0); i++) {
        NativeError.check(Dataprism.dp_statement_parameter_name(statement, i, name, error), error, mapper);
        names.add(NativeError.text(name));
      }
      return List.copyOf(names);
    } finally {
      release();
    }
  }

  @Override
  String name() {
    return "prepared statement";
  }

  /// Begins to run in a session that has a call in progress for it; [#leave] ends that.
  MemorySegment enter(SessionHandle session) {
    MemorySegment statement = acquire();
    runningIn.add(session);
    return statement;
  }

  void leave(SessionHandle session) {
    runningIn.remove(session);
    release();
  }

  @Override
  public void requireClosable() {
    runningIn.forEach(NativeHandle::requireClosable);
  }

  @Override
  void interruptNative(MemorySegment handle) {
    runningIn.forEach(NativeHandle::interruptCall);
  }

  @Override
  void free(MemorySegment handle) {
    engine.forget(this);
    Dataprism.dp_statement_close(handle);
  }
}
