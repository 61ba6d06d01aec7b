package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// The native memory of one record batch. Belongs to the thread that fetched it: any other gets a
/// `WrongThreadException`, and every access after [#close()] an `IllegalStateException`.
public final class BatchMemory implements AutoCloseable {
  private final Arena arena;
  private final MemorySegment array;

  private BatchMemory(Arena arena, MemorySegment array) {
    this.arena = arena;
    this.array = array;
  }

  /// Runs a query up to its next batch, and gives the structure that describes it; null at the end. It is on the heap,
  /// so that the batch can pass from the thread that fetched it to its owner: moving a structure to another place is
  /// what the Arrow C Data Interface allows.
  static long @Nullable [] fetch(MemorySegment result, NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = ArrowArray.allocate(arena);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_result_next(result, array, error), error, mapper);
      return ArrowArray.release(array).address() == 0 ? null : array.toArray(ValueLayout.JAVA_LONG);
    }
  }

  /// Makes the calling thread the owner of a batch.
  ///
  /// @param struct what [#fetch] gave
  // The arena lives as long as the batch, which closes it.
  @SuppressWarnings("MustBeClosedChecker")
  static BatchMemory adopt(long[] struct) {
    Arena arena = Arena.ofConfined();
    MemorySegment array = ArrowArray.allocate(arena);
    MemorySegment.copy(struct, 0, array, ValueLayout.JAVA_LONG, 0, struct.length);
    return new BatchMemory(arena, array);
  }

  /// Moves a batch out of a structure that native code lends, and makes the calling thread its owner.
  @SuppressWarnings("MustBeClosedChecker")
  static BatchMemory move(MemorySegment address) {
    MemorySegment lent = address.reinterpret(ArrowArray.sizeof());
    BatchMemory batch = adopt(lent.toArray(ValueLayout.JAVA_LONG));
    ArrowArray.release(lent, MemorySegment.NULL);
    return batch;
  }

  /// The struct array: one child a column.
  public ArrowArrayNode root() {
    return new ArrowArrayNode(array, arena);
  }

  /// How many bytes the Arrow buffers of all columns have.
  public long byteSize() {
    return Dataprism.dp_batch_bytes(array);
  }

  /// How many bytes the Arrow buffers of a batch have that lies in a structure of somebody else's.
  public static long byteSize(MemorySegment array) {
    return Dataprism.dp_batch_bytes(array);
  }

  /// How many rows that batch has.
  public static long rowCount(MemorySegment array) {
    return ArrowArray.length(array);
  }

  /// Whether the calling thread may read and close the batch.
  public boolean isOwnedByCurrentThread() {
    return array.isAccessibleBy(Thread.currentThread());
  }

  /// Whether the memory has been given back.
  public boolean isClosed() {
    return !arena.scope().isAlive();
  }

  /// Gives the memory back; closing twice is allowed.
  @Override
  public void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    ArrowArray.release.invoke(ArrowArray.release(array), array);
    arena.close();
  }
}
