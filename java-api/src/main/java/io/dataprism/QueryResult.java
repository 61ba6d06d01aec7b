package io.dataprism;

import io.dataprism.bindings.BatchMemory;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.handle.LeakReporter;
import io.dataprism.internal.record.RecordMapper;
import io.dataprism.internal.text.TablePrinter;
import io.dataprism.metrics.QueryMetrics;
import io.dataprism.schema.Schema;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The rows of a query, pulled batch by batch: the query runs as they are pulled, and one batch is in memory at a time.
///
/// Each batch is valid until the next one is pulled or the result is closed. Batches belong to the thread that pulls
/// them; pull from one thread, or close a batch before another thread pulls the next. Two threads that pull at once get
/// a [BusyException].
public final class QueryResult implements AutoCloseable, Iterable<RecordBatch> {
  private final ActiveQuery query;
  private final ResultHandle handle;
  private final ResultLayout layout;

  /// @param query what the result's batches are fetched by, and what ends with the result
  QueryResult(ActiveQuery query, ResultHandle handle) {
    this.query = query;
    this.handle = handle;
    boolean read = false;
    try {
      this.layout = SchemaReader.read(handle.schema());
      read = true;
    } finally {
      if (!read) {
        query.end(handle);
      }
    }
    LeakReporter.watch(this, handle, "QueryResult");
  }

  /// Names and types of the columns.
  public Schema schema() {
    return layout.schema();
  }

  /// Runs the query up to its next batch, and closes the batch before.
  ///
  /// @return the batch, or null at the end of the rows
  /// @throws ClosedException if the result is closed
  /// @throws InterruptedQueryException if this thread is interrupted while it waits, or the query was cancelled
  /// @throws TimeLimitException if the query has taken longer than it may
  /// @throws DataPrismException of another kind if the query fails
  public @Nullable RecordBatch next() {
    BatchMemory memory = handle.next(query);
    if (memory == null) {
      query.statementEnded();
      return null;
    }
    RecordBatch batch = new RecordBatch(layout, memory);
    query.addBatch(batch.rowCount(), batch.byteSize());
    return batch;
  }

  /// The batches that have not been pulled yet. A result has one sequence of batches: every iterator continues it.
  @Override
  public Iterator<RecordBatch> iterator() {
    return new Batches();
  }

  /// Maps the rows that have not been pulled yet to records, and closes the result.
  ///
  /// A component takes the column of its name; case does not matter, and `flightDate` also takes `flight_date`.
  ///
  /// @param type a record type with one component for each column that is wanted
  /// @throws InvalidInputException if a component has no column, or a column of a type that does not fit
  public <T extends Record> List<T> as(Class<T> type) {
    try (this) {
      return RecordMapper.map(type, layout.schema(), this);
    }
  }

  /// Draws the rows that have not been pulled yet as a table for people, and closes the result.
  ///
  /// @param maxRows how many rows are drawn at most; further ones are counted, not drawn
  public String toTable(int maxRows) {
    try (this) {
      return TablePrinter.print(layout.schema(), this, maxRows);
    }
  }

  /// What the query has taken up to now, or up to its end once the result is closed.
  public QueryMetrics metrics() {
    return query.metrics();
  }

  /// Whether the result is closed.
  public boolean isClosed() {
    return handle.isClosed();
  }

  /// Stops the query if it has not ended, and closes the batch that is in memory if it belongs to the calling thread.
  /// Closing twice is allowed, from any thread.
  @Override
  public void close() {
    query.end(handle);
    // The handle may have been closed by another thread, which left the batch to this one.
    handle.closeBatch();
  }

  private final class Batches implements Iterator<RecordBatch> {
    private @Nullable RecordBatch ahead;
    private boolean ended;

    @Override
    public boolean hasNext() {
      // Looking ahead closes the batch before, which a loop has finished with by then.
      if (ahead == null && !ended) {
        ahead = QueryResult.this.next();
        ended = ahead == null;
      }
      return ahead != null;
    }

    @Override
    public RecordBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the result has no more batches");
      }
      RecordBatch batch = ahead;
      ahead = null;
      if (batch == null) {
        throw new NoSuchElementException("the result has no more batches");
      }
      return batch;
    }
  }
}
