package io.dataprism.internal.export;

import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.internal.handle.Errors;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/// Where bytes go, and what it means when they do not get there. Used by one thread at a time.
final class ByteSink implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private interface Writer {
    void write(MemorySegment bytes) throws IOException;
  }

  private interface Ending {
    void end() throws IOException;
  }

  private final Writer writer;
  private final Ending flush;
  private final Ending close;
  private final Function<IOException, IoException> failure;
  private long written;

  private ByteSink(Writer writer, Ending flush, Ending close, Function<IOException, IoException> failure) {
    this.writer = writer;
    this.flush = flush;
    this.close = close;
    this.failure = failure;
  }

  /// A stream, which stays open.
  static ByteSink of(OutputStream stream) {
    byte[] chunk = new byte[CHUNK];
    Writer writer =
        bytes -> {
          for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            int length = (int) Math.min(CHUNK, bytes.byteSize() - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, length);
            stream.write(chunk, 0, length);
          }
        };
    return new ByteSink(writer, stream::flush, () -> {}, e -> cannotWrite("stream", e));
  }

  /// A channel, which stays open.
  ///
  /// @throws io.dataprism.error.InvalidInputException if it does not block
  static ByteSink of(WritableByteChannel channel) {
    if (channel instanceof SelectableChannel selectable && !selectable.isBlocking()) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "the channel does not block",
              "configure it to block, or export to a stream of your own"));
    }
    return new ByteSink(bytes -> writeAll(channel, bytes), () -> {}, () -> {}, e -> cannotWrite("channel", e));
  }

  /// A file that is being made.
  static ByteSink of(NewFile file) {
    FileChannel channel = open(file.partial(), file::cannotWrite);
    return new ByteSink(bytes -> writeAll(channel, bytes), () -> {}, channel::close, file::cannotWrite);
  }

  private static FileChannel open(Path path, Function<IOException, IoException> failure) {
    try {
      return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failure.apply(e);
    }
  }

  private static void writeAll(WritableByteChannel channel, MemorySegment bytes) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += Integer.MAX_VALUE) {
      ByteBuffer part = bytes.asSlice(at, Math.min(Integer.MAX_VALUE, bytes.byteSize() - at)).asByteBuffer();
      while (part.hasRemaining()) {
        channel.write(part);
      }
    }
  }

  private static IoException cannotWrite(String what, IOException e) {
    return new IoException(
        new Details(
            ErrorCode.IO,
            "cannot write to the " + what + " of the export: " + e.getMessage(),
            null,
            -1,
            "the cause is the " + what + "'s own exception",
            e));
  }

  /// Writes bytes.
  ///
  /// @throws IoException if that is not possible
  void write(MemorySegment bytes) {
    try {
      writer.write(bytes);
      written += bytes.byteSize();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Sees to it that what has been written is not kept back.
  ///
  /// @throws IoException if that is not possible
  void flush() {
    try {
      flush.end();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private DataPrismException failed(IOException e) {
    return e instanceof ClosedByInterruptException
        ? Errors.of(new Details(ErrorCode.INTERRUPTED, "the thread was interrupted while it wrote", null, -1, null, e))
        : failure.apply(e);
  }

  /// How many bytes have been written.
  long written() {
    return written;
  }

  /// Closes a file; what somebody else has opened stays open.
  @Override
  public void close() {
    try {
      close.end();
    } catch (IOException e) {
      throw failure.apply(e);
    }
  }
}
