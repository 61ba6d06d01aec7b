package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_memory_usage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The memory budget of the process. The library has to be loaded. Thread-safe.
public final class ProcessMemory {

  /// Who uses how many bytes.
  public record Usage(long limit, long duckdb, long batches, long cache, long plugins, long spilled) {}

  private ProcessMemory() {}

  /// Chooses the limit, unless that has been done.
  ///
  /// @param heap how many bytes the default leaves to Java's heap
  /// @param limit the limit in bytes, or zero for the default
  public static void prepare(long heap, long limit, NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_budget_prepare(heap, limit, error), error, mapper);
    }
  }

  /// The limit in bytes.
  public static long limit(NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_budget_limit(out, error), error, mapper);
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Changes the limit.
  public static void setLimit(long bytes, NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_budget_set_limit(bytes, error), error, mapper);
    }
  }

  /// Asks who uses how much.
  public static Usage usage(NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = dp_memory_usage.allocate(arena);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_budget_usage(out, error), error, mapper);
      return new Usage(
          dp_memory_usage.limit(out),
          dp_memory_usage.duckdb(out),
          dp_memory_usage.batches(out),
          dp_memory_usage.cache(out),
          dp_memory_usage.plugins(out),
          dp_memory_usage.spilled(out));
    }
  }

  /// Finds out whether so many bytes can be reserved, by reserving them for a moment; fails where they cannot.
  public static void probe(long bytes, NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment error = NativeError.slot(arena);
      int kind = Dataprism.DP_MEMORY_BATCHES();
      NativeError.check(Dataprism.dp_budget_reserve(kind, bytes, out, error), error, mapper);
      Dataprism.dp_budget_release(out.get(ValueLayout.ADDRESS, 0));
    }
  }
}
