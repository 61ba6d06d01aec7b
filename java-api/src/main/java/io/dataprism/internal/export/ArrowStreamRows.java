package io.dataprism.internal.export;

import io.dataprism.bindings.ArrowStreamExport;
import io.dataprism.bindings.BatchMemory;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.export.ArrowStream;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.handle.Errors;
import io.dataprism.metrics.QueryMetrics;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The rows of a query as a consumer of an Arrow C stream pulls them. Each pull is a call of the query, so that its
/// time limit, its cancellation and its listeners hold.
public final class ArrowStreamRows implements ArrowStreamExport.Producer, ArrowStream {
  // The same on every platform.
  private static final int IO_ERROR = 5;
  private static final int OUT_OF_MEMORY = 12;
  private static final int INVALID_ARGUMENT = 22;

  private final ActiveQuery query;
  private final ResultHandle rows;
  private volatile @Nullable Throwable failure;

  private ArrowStreamRows(ActiveQuery query, ResultHandle rows) {
    this.query = query;
    this.rows = rows;
  }

  /// Starts a query and fills the structure of a stream, which is left alone where the query does not start.
  ///
  /// @param start starts the query, and ends it where it fails
  public static ArrowStream export(MemorySegment struct, ActiveQuery query, Supplier<ResultHandle> start) {
    ArrowStreamRows exported = new ArrowStreamRows(query, start.get());
    boolean filled = false;
    try {
      ArrowStreamExport.fill(struct, exported);
      filled = true;
      return exported;
    } finally {
      // The memory may have been freed meanwhile.
      if (!filled) {
        exported.close();
      }
    }
  }

  /// Checks that a stream can be put into a segment.
  ///
  /// @throws io.dataprism.error.InvalidInputException if not
  public static void requireStruct(MemorySegment struct) {
    if (!struct.isNative() || struct.isReadOnly() || struct.byteSize() < ArrowStreamExport.structSize()) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              struct + " has no room for an ArrowArrayStream",
              "give native memory of " + ArrowStreamExport.structSize() + " bytes that can be written"));
    }
  }

  @Override
  public void copySchema(MemorySegment out) {
    rows.copySchema(out);
  }

  @Override
  public void next(MemorySegment out) {
    if (rows.next(query, out)) {
      query.addBatch(BatchMemory.rowCount(out), BatchMemory.byteSize(out));
    } else {
      query.statementEnded();
    }
  }

  @Override
  public int fail(Throwable e) {
    failure = e;
    return e instanceof DataPrismException known ? numberOf(known.code()) : INVALID_ARGUMENT;
  }

  private static int numberOf(ErrorCode code) {
    return switch (code) {
      case OUT_OF_MEMORY, SPILL_LIMIT -> OUT_OF_MEMORY;
      case IO, FILE_NOT_FOUND, HTTP, SERIALIZATION, INTERRUPTED, TIME_LIMIT, CLOSED -> IO_ERROR;
      default -> INVALID_ARGUMENT;
    };
  }

  @Override
  public void close() {
    query.end(rows);
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public QueryMetrics metrics() {
    return query.metrics();
  }

  @Override
  public boolean isReleased() {
    return query.hasEnded();
  }

  @Override
  public void cancel() {
    query.cancel();
  }
}
