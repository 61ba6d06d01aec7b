package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

  // The arena lives as long as the batch, which closes it.
  @SuppressWarnings("MustBeClosedChecker")
  static @Nullable BatchMemory fetch(MemorySegment result, NativeError.Mapper mapper) {
    Arena arena = Arena.ofConfined();
    boolean fetched = false;
    try {
      MemorySegment array = ArrowArray.allocate(arena);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_result_next(result, array, error), error, mapper);
      if (ArrowArray.release(array).address() == 0) {
        return null;
      }
      fetched = true;
      return new BatchMemory(arena, array);
    } finally {
      if (!fetched) {
        arena.close();
      }
    }
  }

  /// The struct array: one child a column.
  public ArrowArrayNode root() {
    return new ArrowArrayNode(array, arena);
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
