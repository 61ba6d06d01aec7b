package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
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
    MemorySegment transfer = acquire();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_transfer_fetch(transfer, rows, error), error, mapper);
      return rows.get(ValueLayout.JAVA_LONG, 0);
    } finally {
      release();
    }
  }

  /// Creates a table with the columns of the query.
  ///
  /// @param create a statement up to its list of columns
  public void create(SessionHandle writer, String create) {
    MemorySegment transfer = acquire();
    try {
      MemorySegment session = writer.acquire();
      try (Arena arena = Arena.ofConfined()) {
        Utf8Text text = Utf8Text.of(create, arena);
        MemorySegment error = NativeError.slot(arena);
        NativeError.check(
            Dataprism.dp_transfer_create(transfer, session, text.data(), text.length(), error), error, mapper);
      } finally {
        writer.release();
      }
    } finally {
      release();
    }
  }

  /// Inserts the rows that were fetched, and tells how many they are.
  ///
  /// @param table its name as SQL writes it
  public long insert(SessionHandle writer, String table) {
    MemorySegment transfer = acquire();
    try {
      MemorySegment session = writer.acquire();
      try (Arena arena = Arena.ofConfined()) {
        Utf8Text text = Utf8Text.of(table, arena);
        MemorySegment rows = arena.allocate(ValueLayout.JAVA_LONG);
        MemorySegment error = NativeError.slot(arena);
        NativeError.check(
            Dataprism.dp_transfer_insert(transfer, session, text.data(), text.length(), rows, error), error, mapper);
        return rows.get(ValueLayout.JAVA_LONG, 0);
      } finally {
        writer.release();
      }
    } finally {
      release();
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
