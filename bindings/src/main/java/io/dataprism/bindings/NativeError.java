package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_error_info;
import io.dataprism.bindings.generated.dp_text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What the native library says of a failure.
///
/// @param code the stable number of the error
/// @param message what went wrong
/// @param sql the SQL that failed, or null
/// @param position where in the UTF-8 bytes of the SQL, or -1
/// @param hint what to do about it, or null
/// @param failure the number that a function gave its failure, or zero
public record NativeError(
    int code, String message, @Nullable String sql, long position, @Nullable String hint, long failure) {

  /// Codes of errors that this side of the boundary raises itself.
  static final int INVALID_INPUT = 1200;

  static final int BUSY = 1400;

  static final int CLOSED = 1500;

  /// The code of an error that there is no room for something.
  static final int OUT_OF_MEMORY = 600;

  static NativeError of(int code, String message, String hint) {
    return new NativeError(code, message, null, -1, hint, 0);
  }

  /// Turns failures into the exceptions of the layer above.
  @FunctionalInterface
  public interface Mapper {
    /// Makes the exception for a failure.
    RuntimeException map(NativeError error);
  }

  /// A place that a native function puts its error into.
  static MemorySegment slot(SegmentAllocator allocator) {
    return allocator.allocate(ValueLayout.ADDRESS);
  }

  /// Throws if a call failed.
  ///
  /// @param code what the call returned
  /// @param slot what it was given for its error
  static void check(int code, MemorySegment slot, Mapper mapper) {
    if (code != 0) {
      throw mapper.map(take(code, slot));
    }
  }

  /// Takes the error of a call that failed.
  static NativeError take(int code, MemorySegment slot) {
    MemorySegment error = slot.get(ValueLayout.ADDRESS, 0);
    if (error.address() == 0) {
      return new NativeError(code, "the native library gave no message", null, -1, null, 0);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = dp_error_info.allocate(arena);
      int described = Dataprism.dp_error_describe(error, info);
      if (described != 0) {
        return new NativeError(code, "the native library could not describe its error", null, -1, null, 0);
      }
      return new NativeError(
          dp_error_info.code(info),
          text(dp_error_info.message(info)),
          optional(text(dp_error_info.sql(info))),
          dp_error_info.position(info),
          optional(text(dp_error_info.hint(info))),
          dp_error_info.failure(info));
    } finally {
      Dataprism.dp_error_close(error);
    }
  }

  /// Copies a text out of native memory.
  static String text(MemorySegment text) {
    long length = dp_text.length(text);
    if (length == 0) {
      return "";
    }
    byte[] bytes = dp_text.data(text).reinterpret(length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static @Nullable String optional(String text) {
    return text.isEmpty() ? null : text;
  }
}
