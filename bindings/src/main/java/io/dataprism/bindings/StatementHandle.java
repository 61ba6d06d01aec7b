package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_text;
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
    try (NativeCall call = begin()) {
      MemorySegment count = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(Dataprism.dp_statement_parameter_count(call.handle(), count, call.error()));
      List<String> names = new ArrayList<>();
      MemorySegment name = dp_text.allocate(call.arena());
      for (long i = 0; i < count.get(ValueLayout.JAVA_LONG, 0); i++) {
        call.check(Dataprism.dp_statement_parameter_name(call.handle(), i, name, call.error()));
        names.add(NativeError.text(name));
      }
      return List.copyOf(names);
    }
  }

  @Override
  String name() {
    return "prepared statement";
  }

  /// Begins to run in a session that has a call in progress for it; closing that ends it.
  Run runIn(SessionHandle session) {
    acquire();
    runningIn.add(session);
    return new Run(this, session);
  }

  /// A call of a session that this statement is used in.
  static final class Run implements AutoCloseable {
    private final StatementHandle statement;
    private final SessionHandle session;

    private Run(StatementHandle statement, SessionHandle session) {
      this.statement = statement;
      this.session = session;
    }

    /// What the native function is given.
    MemorySegment statement() {
      return statement.address();
    }

    @Override
    public void close() {
      statement.runningIn.remove(session);
      statement.release();
    }
  }

  @Override
  public void requireClosable() {
    super.requireClosable();
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
