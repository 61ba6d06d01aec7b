package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Turns the rows of a result into the bytes of an Arrow IPC file or stream, batch by batch. Used by one thread at a
/// time.
public final class IpcEncoder implements AutoCloseable {
  /// The formats of Arrow IPC.
  public enum Format {
    /// With an index at its end, to be read in any order.
    FILE,
    /// To be read from the front.
    STREAM;

    private int number() {
      return switch (this) {
        case FILE -> Dataprism.DP_IPC_FILE();
        case STREAM -> Dataprism.DP_IPC_STREAM();
      };
    }
  }

  /// How the buffers are compressed.
  public enum Compression {
    /// Not at all.
    NONE,
    /// LZ4.
    LZ4,
    /// Zstandard.
    ZSTD;

    private int number() {
      return switch (this) {
        case NONE -> Dataprism.DP_IPC_UNCOMPRESSED();
        case LZ4 -> Dataprism.DP_IPC_LZ4();
        case ZSTD -> Dataprism.DP_IPC_ZSTD();
      };
    }
  }

  /// A part of the file or stream.
  ///
  /// @param bytes are there until the next part is asked for, or the encoder is closed
  /// @param rows how many rows it holds
  /// @param batchBytes how many bytes the buffers of the rows had before they were encoded
  /// @param isLast whether it is the end, which holds no rows
  public record Part(MemorySegment bytes, long rows, long batchBytes, boolean isLast) {}

  private final ResultHandle result;
  private final MemorySegment address;
  private boolean closed;

  private IpcEncoder(ResultHandle result, MemorySegment address) {
    this.result = result;
    this.address = address;
  }

  /// Begins a file or stream with the rows that a result has left.
  public static IpcEncoder open(ResultHandle result, Format format, Compression compression) {
    try (NativeCall call = result.begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(Dataprism.dp_ipc_writer_open(call.handle(), format.number(), compression.number(), out, call.error()));
      return new IpcEncoder(result, out.get(ValueLayout.ADDRESS, 0));
    }
  }

  /// Runs the query up to its next batch, and encodes that; to be called until it gives the last part.
  public Part next() {
    try (NativeCall call = result.begin()) {
      Arena arena = call.arena();
      MemorySegment data = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment length = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment rows = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment batchBytes = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment ended = arena.allocate(ValueLayout.JAVA_INT);
      call.check(
          Dataprism.dp_ipc_writer_next(address, call.handle(), data, length, rows, batchBytes, ended, call.error()));
      MemorySegment bytes =
          data.get(ValueLayout.ADDRESS, 0).reinterpret(length.get(ValueLayout.JAVA_LONG, 0)).asReadOnly();
      return new Part(
          bytes,
          rows.get(ValueLayout.JAVA_LONG, 0),
          batchBytes.get(ValueLayout.JAVA_LONG, 0),
          ended.get(ValueLayout.JAVA_INT, 0) != 0);
    }
  }

  /// Frees the encoder; closing twice is allowed.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Dataprism.dp_ipc_writer_close(address);
    }
  }
}
