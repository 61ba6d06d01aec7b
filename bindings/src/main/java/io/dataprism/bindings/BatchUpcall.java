package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_batch_call;
import io.dataprism.bindings.generated.dp_batch_callback;
import io.dataprism.bindings.generated.dp_batch_source;
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

/// What the native library calls for a [BatchSource], on DuckDB's threads.
final class BatchUpcall {
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;

  /// Native code is given numbers and not objects: one stub serves all sources, which is made once.
  private static final Map<Long, BatchUpcall> SOURCES = new ConcurrentHashMap<>();

  private static final Map<Long, BatchSource.Batches> PARTS = new ConcurrentHashMap<>();
  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final MemorySegment FUNCTION = dp_batch_callback.allocate(BatchUpcall::call, Arena.global());

  /// The number of the last handle that was there when the call began that the thread is in.
  private static final ThreadLocal<@Nullable Long> LAST_HANDLE = new ThreadLocal<>();

  private final BatchSource source;
  private final UpcallFailures failures;

  private BatchUpcall(BatchSource source, UpcallFailures failures) {
    this.source = source;
    this.failures = failures;
  }

  /// Describes a source to native code, which releases it.
  ///
  /// @param failures keep what it throws
  static MemorySegment describe(BatchSource source, UpcallFailures failures, SegmentAllocator allocator) {
    MemorySegment struct = dp_batch_source.allocate(allocator);
    dp_batch_source.row_count(struct, source.rowCount());
    dp_batch_source.part_count(struct, source.partCount());
    dp_batch_source.function(struct, FUNCTION);
    long number = LAST_NUMBER.incrementAndGet();
    SOURCES.put(number, new BatchUpcall(source, failures));
    dp_batch_source.user_data(struct, MemorySegment.ofAddress(number));
    return struct;
  }

  /// Whether the calling thread is in a source that was called after a handle had been opened.
  static boolean isCalledSince(long handle) {
    Long last = LAST_HANDLE.get();
    return last != null && handle <= last;
  }

  private static int call(MemorySegment userData, MemorySegment call) {
    // Nothing may be thrown out of here: it would end the process.
    try {
      BatchUpcall upcall = SOURCES.get(userData.address());
      return upcall == null ? FAILURE : upcall.callHere(userData.address(), call);
    } catch (Throwable e) {
      return FAILURE;
    }
  }

  private int callHere(long number, MemorySegment address) {
    MemorySegment call = address.reinterpret(dp_batch_call.sizeof());
    Long outer = LAST_HANDLE.get();
    LAST_HANDLE.set(NativeHandle.lastNumber());
    try {
      run(number, call);
      return SUCCESS;
    } catch (Throwable e) {
      fail(call, e);
      return FAILURE;
    } finally {
      if (outer == null) {
        LAST_HANDLE.remove();
      } else {
        LAST_HANDLE.set(outer);
      }
    }
  }

  private void run(long number, MemorySegment call) throws Exception {
    int step = dp_batch_call.step(call);
    if (step == Dataprism.DP_BATCH_NEXT()) {
      part(call).next(dp_batch_call.array(call).reinterpret(ArrowArray.sizeof()));
    } else if (step == Dataprism.DP_BATCH_OPEN()) {
      open(call);
    } else if (step == Dataprism.DP_BATCH_CLOSE()) {
      BatchSource.Batches batches = PARTS.remove(dp_batch_call.batches(call).address());
      if (batches != null) {
        batches.close();
      }
    } else {
      SOURCES.remove(number);
      source.close();
    }
  }

  private void open(MemorySegment call) throws Exception {
    long count = dp_batch_call.column_count(call);
    MemorySegment wanted = dp_batch_call.columns(call).reinterpret(count * Long.BYTES);
    List<Integer> columns = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      columns.add(Math.toIntExact(wanted.getAtIndex(ValueLayout.JAVA_LONG, i)));
    }
    BatchSource.Batches batches = source.open(List.copyOf(columns), Math.toIntExact(dp_batch_call.part(call)));
    long part = LAST_NUMBER.incrementAndGet();
    PARTS.put(part, batches);
    dp_batch_call.batches(call, MemorySegment.ofAddress(part));
  }

  private static BatchSource.Batches part(MemorySegment call) {
    BatchSource.Batches batches = PARTS.get(dp_batch_call.batches(call).address());
    if (batches == null) {
      throw new IllegalStateException("the part is closed");
    }
    return batches;
  }

  private void fail(MemorySegment call, Throwable thrown) {
    int step = dp_batch_call.step(call);
    if (step != Dataprism.DP_BATCH_OPEN() && step != Dataprism.DP_BATCH_NEXT()) {
      // What ends has no way to fail, and nobody is left who could be told.
      System.getLogger("io.dataprism.registration")
          .log(Level.WARNING, "the source of a table failed when it was closed", thrown);
      return;
    }
    dp_batch_call.failure(call, failures.keep(dp_batch_call.reading(call), thrown));
    byte[] message = UpcallFailures.describe(thrown, dp_batch_call.message_capacity(call));
    MemorySegment place = dp_batch_call.message(call).reinterpret(message.length);
    MemorySegment.copy(message, 0, place, ValueLayout.JAVA_BYTE, 0, message.length);
    dp_batch_call.message_length(call, message.length);
  }
}
