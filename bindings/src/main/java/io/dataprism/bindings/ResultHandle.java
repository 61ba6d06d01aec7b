package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A result of the native library. Thread-safe; refuses to be fetched from by two threads at once.
public final class ResultHandle extends NativeHandle {
  private final ParentHandle parent;
  private volatile @Nullable BatchMemory current;

  ResultHandle(MemorySegment address, NativeError.Mapper mapper, ParentHandle parent) {
    super(address, mapper);
    this.parent = parent;
  }

  /// Names and types of the columns: a struct, one child a column.
  public ArrowSchemaNode schema() {
    try (NativeCall call = begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(Dataprism.dp_result_schema(call.handle(), out, call.error()));
      return ArrowSchemaNode.read(out.get(ValueLayout.ADDRESS, 0));
    }
  }

  /// Copies names and types of the columns into an Arrow schema of the caller's, who releases it.
  public void copySchema(MemorySegment out) {
    try (NativeCall call = begin()) {
      call.check(Dataprism.dp_result_copy_schema(call.handle(), out, call.error()));
    }
  }

  /// Runs the query up to its next batch, and puts that into an Arrow array of the caller's, who releases it; one that
  /// is marked as released at the end.
  ///
  /// @return whether there is a batch
  public boolean next(CallRunner runner, MemorySegment out) {
    MemorySegment result = acquire();
    try {
      long @Nullable [] struct = runner.run(() -> BatchMemory.fetch(result, mapper));
      if (struct == null) {
        ArrowArray.release(out, MemorySegment.NULL);
        return false;
      }
      MemorySegment.copy(struct, 0, out, ValueLayout.JAVA_LONG, 0, struct.length);
      return true;
    } finally {
      release();
    }
  }

  /// Closes the batch before, and runs the query up to its next one; null at the end. The batch belongs to the calling
  /// thread, whichever the query is run on.
  public @Nullable BatchMemory next(CallRunner runner) {
    MemorySegment result = acquire();
    try {
      BatchMemory before = current;
      if (before != null) {
        before.close();
      }
      // A generic method reference would lose that there may be none.
      long @Nullable [] struct = runner.run(() -> BatchMemory.fetch(result, mapper));
      BatchMemory batch = struct == null ? null : BatchMemory.adopt(struct);
      current = batch;
      return batch;
    } finally {
      release();
    }
  }

  /// Closes the batch that is in memory, if it belongs to the calling thread: no other thread may take its memory away.
  public void closeBatch() {
    BatchMemory batch = current;
    if (batch != null && batch.isOwnedByCurrentThread()) {
      batch.close();
    }
  }

  @Override
  String name() {
    return "result";
  }

  @Override
  void interruptNative(MemorySegment handle) {
    Dataprism.dp_result_interrupt(handle, MemorySegment.NULL);
  }

  @Override
  void beforeFree() {
    closeBatch();
  }

  @Override
  void free(MemorySegment handle) {
    parent.forget(this);
    Dataprism.dp_result_close(handle);
  }
}
