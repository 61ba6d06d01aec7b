package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.bindings.generated.ArrowSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a consumer of an Arrow C stream calls, on whichever thread it likes, one call at a time.
public final class ArrowStreamExport {
  /// Where the rows of a stream come from.
  public interface Producer {
    /// Copies the schema into a structure of the consumer's.
    void copySchema(MemorySegment out);

    /// Puts the next batch into a structure of the consumer's, or at the end one that is marked as released.
    void next(MemorySegment out);

    /// Takes note of what a call has thrown.
    ///
    /// @return the error number that the consumer gets
    int fail(Throwable e);

    /// Gives the rows back. Called once.
    void close();
  }

  private static final int INVALID_ARGUMENT = 22;

  /// The consumer is given a number and not an object: four functions serve all streams, which are made once.
  private static final Map<Long, ArrowStreamExport> OPEN = new ConcurrentHashMap<>();

  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final MemorySegment GET_SCHEMA =
      ArrowArrayStream.get_schema.allocate(ArrowStreamExport::getSchema, Arena.global());
  private static final MemorySegment GET_NEXT =
      ArrowArrayStream.get_next.allocate(ArrowStreamExport::getNext, Arena.global());
  private static final MemorySegment GET_LAST_ERROR =
      ArrowArrayStream.get_last_error.allocate(ArrowStreamExport::getLastError, Arena.global());
  private static final MemorySegment RELEASE =
      ArrowArrayStream.release.allocate(ArrowStreamExport::release, Arena.global());

  private final Producer producer;

  /// The text of the last error, which is to be readable until the next call. The garbage collector frees it.
  private volatile @Nullable MemorySegment lastError;

  private ArrowStreamExport(Producer producer) {
    this.producer = producer;
  }

  /// How many bytes the structure of a stream has.
  public static long structSize() {
    return ArrowArrayStream.sizeof();
  }

  /// Fills the structure of a stream, which owns the producer from then on.
  ///
  /// @param struct native memory of at least [#structSize()] bytes
  public static void fill(MemorySegment struct, Producer producer) {
    long number = LAST_NUMBER.incrementAndGet();
    ArrowArrayStream.get_schema(struct, GET_SCHEMA);
    ArrowArrayStream.get_next(struct, GET_NEXT);
    ArrowArrayStream.get_last_error(struct, GET_LAST_ERROR);
    ArrowArrayStream.private_data(struct, MemorySegment.ofAddress(number));
    ArrowArrayStream.release(struct, RELEASE);
    OPEN.put(number, new ArrowStreamExport(producer));
  }

  private static @Nullable ArrowStreamExport of(MemorySegment stream) {
    return OPEN.get(number(stream));
  }

  private static long number(MemorySegment stream) {
    return ArrowArrayStream.private_data(stream.reinterpret(ArrowArrayStream.sizeof())).address();
  }

  // Nothing may be thrown out of any of these four: it would end the process.

  private static int getSchema(MemorySegment stream, MemorySegment out) {
    return call(stream, producer -> producer.copySchema(out.reinterpret(ArrowSchema.sizeof())));
  }

  private static int getNext(MemorySegment stream, MemorySegment out) {
    return call(stream, producer -> producer.next(out.reinterpret(ArrowArray.sizeof())));
  }

  private static int call(MemorySegment stream, Consumer<Producer> call) {
    try {
      ArrowStreamExport export = of(stream);
      return export == null ? INVALID_ARGUMENT : export.callHere(call);
    } catch (Throwable e) {
      return INVALID_ARGUMENT;
    }
  }

  private int callHere(Consumer<Producer> call) {
    try {
      lastError = null;
      call.accept(producer);
      return 0;
    } catch (Throwable e) {
      int number = producer.fail(e);
      String message = e.getMessage();
      lastError = Arena.ofAuto().allocateFrom(message == null ? e.toString() : message);
      return number;
    }
  }

  private static MemorySegment getLastError(MemorySegment stream) {
    try {
      ArrowStreamExport export = of(stream);
      MemorySegment text = export == null ? null : export.lastError;
      return text == null ? MemorySegment.NULL : text;
    } catch (Throwable e) {
      return MemorySegment.NULL;
    }
  }

  private static void release(MemorySegment stream) {
    try {
      ArrowStreamExport export = OPEN.remove(number(stream));
      ArrowArrayStream.release(stream.reinterpret(ArrowArrayStream.sizeof()), MemorySegment.NULL);
      if (export != null) {
        export.closeHere();
      }
    } catch (Throwable e) {
      // The specification gives a release no way to fail.
    }
  }

  private void closeHere() {
    try {
      producer.close();
    } catch (Throwable e) {
      producer.fail(e);
    }
  }
}
