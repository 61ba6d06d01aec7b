package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.bindings.generated.ArrowSchema;
import io.dataprism.bindings.generated.dp_table_source;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A reading of a [BatchSource], as native code sees it: a stream of the Arrow C Stream Interface. Its functions are
/// called on DuckDB's threads.
final class StreamedBatches {
  private static final int SUCCESS = 0;

  /// What streams say when they fail: an input/output error.
  private static final int FAILURE = 5;

  /// Native code is given numbers and not objects: the functions serve all sources, and are made once.
  private static final Map<Long, BatchSource> SOURCES = new ConcurrentHashMap<>();

  private static final Map<Long, StreamedBatches> STREAMS = new ConcurrentHashMap<>();
  private static final AtomicLong LAST_NUMBER = new AtomicLong();

  private static final MemorySegment OPEN = dp_table_source.open.allocate(StreamedBatches::open, Arena.global());
  private static final MemorySegment RELEASE_SOURCE =
      dp_table_source.release.allocate(StreamedBatches::releaseSource, Arena.global());
  private static final MemorySegment GET_SCHEMA =
      ArrowArrayStream.get_schema.allocate(StreamedBatches::getSchema, Arena.global());
  private static final MemorySegment GET_NEXT =
      ArrowArrayStream.get_next.allocate(StreamedBatches::getNext, Arena.global());
  private static final MemorySegment GET_LAST_ERROR =
      ArrowArrayStream.get_last_error.allocate(StreamedBatches::getLastError, Arena.global());
  private static final MemorySegment RELEASE =
      ArrowArrayStream.release.allocate(StreamedBatches::release, Arena.global());

  /// How many of these functions the thread is in.
  private static final ThreadLocal<Integer> DEPTH = ThreadLocal.withInitial(() -> 0);

  private final BatchSource.@Nullable Batches batches;

  /// The text of the last error, null-terminated, in memory that lives until the next one or the end.
  private @Nullable Arena errorMemory;

  private MemorySegment error = MemorySegment.NULL;

  private StreamedBatches(BatchSource.@Nullable Batches batches) {
    this.batches = batches;
  }

  /// Describes a source to native code, which releases it.
  static MemorySegment register(BatchSource source, SegmentAllocator allocator) {
    long number = LAST_NUMBER.incrementAndGet();
    SOURCES.put(number, source);
    MemorySegment struct = dp_table_source.allocate(allocator);
    dp_table_source.user_data(struct, MemorySegment.ofAddress(number));
    dp_table_source.row_count(struct, source.rowCount());
    dp_table_source.open(struct, OPEN);
    dp_table_source.release(struct, RELEASE_SOURCE);
    return struct;
  }

  /// Whether the calling thread is in a source that a query reads.
  static boolean isCalled() {
    return DEPTH.get() > 0;
  }

  @FunctionalInterface
  private interface Body {
    void run() throws Throwable;
  }

  /// Runs what native code calls. Nothing may be thrown out of there: it would end the process.
  private static @Nullable Throwable contain(Body body) {
    try {
      DEPTH.set(DEPTH.get() + 1);
      try {
        body.run();
        return null;
      } finally {
        DEPTH.set(DEPTH.get() - 1);
      }
    } catch (Throwable e) {
      return e;
    }
  }

  private static int open(MemorySegment userData, MemorySegment columns, long count, MemorySegment stream) {
    MemorySegment struct = stream.reinterpret(ArrowArrayStream.sizeof());
    Throwable failure =
        contain(() -> {
          BatchSource source = SOURCES.get(userData.address());
          if (source == null) {
            throw new IllegalStateException("the source is closed");
          }
          MemorySegment wanted = columns.reinterpret(count * Long.BYTES);
          List<Integer> places = new ArrayList<>();
          for (long i = 0; i < count; i++) {
            places.add(Math.toIntExact(wanted.getAtIndex(ValueLayout.JAVA_LONG, i)));
          }
          fill(struct, new StreamedBatches(source.open(places)));
        });
    if (failure == null) {
      return SUCCESS;
    }
    // A stream that has nothing but its error.
    Throwable second =
        contain(() -> {
          StreamedBatches failed = new StreamedBatches(null);
          failed.fail(failure);
          fill(struct, failed);
        });
    if (second != null) {
      failure.addSuppressed(second);
    }
    return FAILURE;
  }

  private static void fill(MemorySegment struct, StreamedBatches stream) {
    long number = LAST_NUMBER.incrementAndGet();
    STREAMS.put(number, stream);
    ArrowArrayStream.get_schema(struct, GET_SCHEMA);
    ArrowArrayStream.get_next(struct, GET_NEXT);
    ArrowArrayStream.get_last_error(struct, GET_LAST_ERROR);
    ArrowArrayStream.release(struct, RELEASE);
    ArrowArrayStream.private_data(struct, MemorySegment.ofAddress(number));
  }

  private static void releaseSource(MemorySegment userData) {
    report(
        contain(() -> {
          BatchSource source = SOURCES.remove(userData.address());
          if (source != null) {
            source.close();
          }
        }));
  }

  /// Tells of a failure that nobody can be given: a release has no way to fail.
  private static void report(@Nullable Throwable failure) {
    if (failure != null) {
      Throwable second =
          contain(() ->
              System.getLogger("io.dataprism.registration")
                  .log(Level.WARNING, "the source of a table failed when it was closed", failure));
      if (second != null) {
        failure.addSuppressed(second);
      }
    }
  }

  private static @Nullable StreamedBatches of(MemorySegment stream) {
    MemorySegment struct = stream.reinterpret(ArrowArrayStream.sizeof());
    return STREAMS.get(ArrowArrayStream.private_data(struct).address());
  }

  private static int getSchema(MemorySegment stream, MemorySegment schema) {
    return call(stream, batches -> batches.schema(schema.reinterpret(ArrowSchema.sizeof())));
  }

  private static int getNext(MemorySegment stream, MemorySegment array) {
    return call(
        stream,
        batches -> {
          MemorySegment struct = array.reinterpret(ArrowArray.sizeof());
          if (!batches.next(struct)) {
            ArrowArray.release(struct, MemorySegment.NULL);
          }
        });
  }

  @FunctionalInterface
  private interface StreamBody {
    void run(BatchSource.Batches batches) throws Throwable;
  }

  private static int call(MemorySegment address, StreamBody body) {
    StreamedBatches stream = of(address);
    if (stream == null || stream.batches == null) {
      return FAILURE;
    }
    Throwable failure = contain(() -> body.run(stream.batches));
    if (failure == null) {
      return SUCCESS;
    }
    contain(() -> stream.fail(failure));
    return FAILURE;
  }

  private void fail(Throwable failure) {
    freeError();
    Arena arena = Arena.ofShared();
    errorMemory = arena;
    String message = failure.getMessage();
    String text = failure.getClass().getName() + (message == null ? "" : ": " + message);
    // A NUL would end the text for native code.
    error = arena.allocateFrom(text.replace('\0', ' '));
  }

  private void freeError() {
    Arena memory = errorMemory;
    errorMemory = null;
    error = MemorySegment.NULL;
    if (memory != null) {
      memory.close();
    }
  }

  private static MemorySegment getLastError(MemorySegment address) {
    StreamedBatches stream = of(address);
    return stream == null ? MemorySegment.NULL : stream.error;
  }

  private static void release(MemorySegment address) {
    MemorySegment struct = address.reinterpret(ArrowArrayStream.sizeof());
    report(
        contain(() -> {
          StreamedBatches stream = STREAMS.remove(ArrowArrayStream.private_data(struct).address());
          ArrowArrayStream.release(struct, MemorySegment.NULL);
          if (stream != null) {
            stream.freeError();
            if (stream.batches != null) {
              stream.batches.close();
            }
          }
        }));
  }
}
