package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A table outside of the database that SQL reads by name until this is closed. Thread-safe.
///
/// Closing waits for the queries that read the table. It is refused, and the table stays registered, where a result
/// that reads it is open and nobody is in a call for that.
public final class TableHandle extends NativeHandle {
  private final EngineHandle engine;

  TableHandle(MemorySegment address, EngineHandle engine) {
    super(address, engine.mapper);
    this.engine = engine;
  }

  /// Ends the registration; closing twice is allowed.
  ///
  /// It throws the mapper's exception for [NativeError#BUSY] if a result that reads the table is open, and nothing has
  /// changed then.
  public void unregister() {
    closeUnless(handle -> {
      try (NativeCall call = engine.begin()) {
        call.check(Dataprism.dp_table_close(handle, call.error()));
      }
      engine.forget(this);
    });
  }

  @Override
  public void requireClosable() {
    super.requireClosable();
    if (BatchSink.isCalled() || BatchUpcall.isCalledSince(number())) {
      throw mapper.map(
          NativeError.of(
              NativeError.BUSY,
              "a table cannot be closed by what a query calls: that would wait for itself",
              "close it after the query"));
    }
  }

  @Override
  String name() {
    return "table";
  }

  @Override
  boolean isRead() {
    return true;
  }

  @Override
  void interruptNative(MemorySegment handle) {
    // It has no calls of its own.
  }

  @Override
  void free(MemorySegment handle) {
    // The engine has closed everything that could read the table before.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_table_close(handle, error), error, mapper);
    }
    engine.forget(this);
  }
}
