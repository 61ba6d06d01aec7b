package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The rows of a query on their way to a table, in a session that is not the query's. Thread-safe; refuses to be used
/// by two threads at once.
public final class TransferHandle extends NativeHandle {
  private final ParentHandle parent;

  TransferHandle(MemorySegment address, NativeError.Mapper mapper, ParentHandle parent) {
    super(address, mapper);
    this.parent = parent;
  }

  /// Runs the query on until it has given some rows, and tells how many; zero at the end. What was fetched before and
  /// not inserted is dropped.
  public long fetch() {
    try (NativeCall call = begin()) {
      MemorySegment rows = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(Dataprism.dp_transfer_fetch(call.handle(), rows, call.error()));
      return rows.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Creates a table with the columns of the query.
  ///
  /// @param create a statement up to its list of columns
  public void create(SessionHandle writer, String create) {
    try (NativeCall call = begin()) {
      MemorySegment session = writer.acquire();
      try {
        Utf8Text text = Utf8Text.of(create, call.arena());
        call.check(Dataprism.dp_transfer_create(call.handle(), session, text.data(), text.length(), call.error()));
      } finally {
        writer.release();
      }
    }
  }

  /// Inserts the rows that were fetched, and tells how many they are.
  ///
  /// @param table its name as SQL writes it
  public long insert(SessionHandle writer, String table) {
    try (NativeCall call = begin()) {
      MemorySegment session = writer.acquire();
      try {
        Utf8Text text = Utf8Text.of(table, call.arena());
        MemorySegment rows = call.arena().allocate(ValueLayout.JAVA_LONG);
        call.check(
            Dataprism.dp_transfer_insert(call.handle(), session, text.data(), text.length(), rows, call.error()));
        return rows.get(ValueLayout.JAVA_LONG, 0);
      } finally {
        writer.release();
      }
    }
  }

  @Override
  String name() {
    return "transfer";
  }

  @Override
  void interruptNative(MemorySegment handle) {
    Dataprism.dp_transfer_interrupt(handle, MemorySegment.NULL);
  }

  @Override
  void free(MemorySegment handle) {
    parent.forget(this);
    Dataprism.dp_transfer_close(handle);
  }
}
