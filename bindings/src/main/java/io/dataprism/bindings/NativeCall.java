package io.dataprism.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One call into the native library on a handle, which stays open for as long as the call does, and the memory that the
/// call needs. Belongs to the thread that began it; closing it ends the call and frees the memory.
///
/// There is one for each call, of which short queries make several: it is small and final, and does not leave the
/// method that began it, so that compiled code need not make an object of it.
final class NativeCall implements AutoCloseable {
  private final NativeHandle handle;
  private final Arena arena;
  private final MemorySegment error;

  /// Begins a call on a handle that has been acquired for it.
  NativeCall(NativeHandle handle) {
    this.handle = handle;
    this.arena = Arena.ofConfined();
    this.error = NativeError.slot(arena);
  }

  /// What the call is made on.
  MemorySegment handle() {
    return handle.address();
  }

  /// The memory of the call.
  Arena arena() {
    return arena;
  }

  /// Where the native function puts its error.
  MemorySegment error() {
    return error;
  }

  /// Throws if the call failed.
  ///
  /// @param code what the native function returned
  void check(int code) {
    NativeError.check(code, error, handle.mapper);
  }

  @Override
  public void close() {
    try {
      arena.close();
    } finally {
      handle.release();
    }
  }
}
