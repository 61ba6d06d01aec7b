package io.dataprism.bindings;

import io.dataprism.bindings.generated.dp_row_source;
import io.dataprism.bindings.generated.dp_rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What the native library calls for the rows of a batch, slice by slice, on the thread that runs the batch: only one
/// slice lies in native memory at a time.
final class RowFeed implements AutoCloseable {
  private static final int ROWS_OF_SLICE = 4096;

  private static final int GO_ON = 0;
  private static final int STOP = 1;

  /// The native library is given a number and not an object: one function serves all batches, which is made once.
  private static final Map<Long, RowFeed> OPEN = new ConcurrentHashMap<>();

  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final MemorySegment FUNCTION = dp_row_source.allocate(RowFeed::give, Arena.global());

  private final long number = LAST_NUMBER.incrementAndGet();
  private final List<ParameterList> rows;
  private final int width;
  private final NativeError.Mapper mapper;
  private @Nullable Arena slice;
  private @Nullable Throwable failure;

  /// Makes it callable; closing it ends that.
  ///
  /// @param width how many values each row has
  RowFeed(List<ParameterList> rows, int width, NativeError.Mapper mapper) {
    this.rows = rows;
    this.width = width;
    this.mapper = mapper;
    OPEN.put(number, this);
  }

  /// The function to be called.
  static MemorySegment function() {
    return FUNCTION;
  }

  /// What it is to be called with.
  MemorySegment userData() {
    return MemorySegment.ofAddress(number);
  }

  /// Throws what kept the rows from being laid out, if anything did.
  void check() {
    switch (failure) {
      case null -> {}
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private static int give(MemorySegment userData, long firstRow, MemorySegment out) {
    // Nothing may be thrown out of here: it would end the process.
    try {
      RowFeed feed = OPEN.get(userData.address());
      return feed == null ? STOP : feed.giveHere(firstRow, dp_rows.reinterpret(out, Arena.global(), null));
    } catch (Throwable e) {
      return STOP;
    }
  }

  private int giveHere(long firstRow, MemorySegment out) {
    try {
      freeSlice();
      int from = Math.toIntExact(firstRow);
      List<ParameterList> next = rows.subList(from, Math.min(from + ROWS_OF_SLICE, rows.size()));
      Arena arena = Arena.ofConfined();
      slice = arena;
      dp_rows.values(out, ParameterEncoder.encode(next, width, firstRow, arena, mapper));
      dp_rows.row_count(out, next.size());
      return GO_ON;
    } catch (Throwable e) {
      failure = e;
      return STOP;
    }
  }

  private void freeSlice() {
    Arena before = slice;
    slice = null;
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void close() {
    OPEN.remove(number);
    freeSlice();
  }
}
