package io.dataprism.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A handle that SQL runs on, and that closes what was opened from it.
abstract class ParentHandle extends NativeHandle {
  private final Set<NativeHandle> children = ConcurrentHashMap.newKeySet();

  ParentHandle(MemorySegment address, NativeError.Mapper mapper) {
    super(address, mapper);
  }

  /// Runs SQL and gives the last statement's rows.
  public final ResultHandle query(String sql, @Nullable Object[] parameters) {
    MemorySegment handle = acquire();
    try (Arena arena = Arena.ofConfined()) {
      SqlCall call = SqlCall.of(sql, parameters, arena, mapper);
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(query(handle, call, out, error), error, mapper);
      return adopt(new ResultHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    } finally {
      release();
    }
  }

  /// Runs SQL and tells how many rows it changed.
  public final long execute(String sql, @Nullable Object[] parameters) {
    MemorySegment handle = acquire();
    try (Arena arena = Arena.ofConfined()) {
      SqlCall call = SqlCall.of(sql, parameters, arena, mapper);
      MemorySegment changed = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(execute(handle, call, changed, error), error, mapper);
      return changed.get(ValueLayout.JAVA_LONG, 0);
    } finally {
      release();
    }
  }

  /// Calls the native function that gives a result.
  abstract int query(MemorySegment handle, SqlCall call, MemorySegment out, MemorySegment error);

  /// Calls the native function that counts changed rows.
  abstract int execute(MemorySegment handle, SqlCall call, MemorySegment changed, MemorySegment error);

  /// Takes a child in; only between `acquire` and `release`, so that none is missed while closing.
  final <T extends NativeHandle> T adopt(T child) {
    children.add(child);
    return child;
  }

  final void forget(NativeHandle child) {
    children.remove(child);
  }

  @Override
  final void beforeFree() {
    children.forEach(NativeHandle::close);
  }
}
