package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Bytes of the process's memory budget that are set aside for something that this side of the boundary keeps. The
/// library has to be loaded. Thread-safe; whoever has it closes it.
public final class MemoryReservation implements AutoCloseable {
  private final MemorySegment address;
  private final AtomicBoolean closed = new AtomicBoolean();

  private MemoryReservation(MemorySegment address) {
    this.address = address;
  }

  /// Sets bytes aside for what is kept for later queries.
  ///
  /// @return the reservation; null where the budget has no room
  public static @Nullable MemoryReservation forCache(long bytes, NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment slot = NativeError.slot(arena);
      int code = Dataprism.dp_budget_reserve(Dataprism.DP_MEMORY_CACHE(), bytes, out, slot);
      if (code == 0) {
        return new MemoryReservation(out.get(ValueLayout.ADDRESS, 0));
      }
      // No room is no failure of anything that somebody has asked for, so the mapper is not to hear of it.
      NativeError error = NativeError.take(code, slot);
      if (error.code() == NativeError.OUT_OF_MEMORY) {
        return null;
      }
      throw mapper.map(error);
    }
  }

  /// Gives the bytes back. Doing so twice is allowed.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Dataprism.dp_budget_release(address);
    }
  }
}
