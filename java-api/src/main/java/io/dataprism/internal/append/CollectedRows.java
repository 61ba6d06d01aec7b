package io.dataprism.internal.append;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.bindings.LentArray;
import io.dataprism.column.ColumnWriter;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.BatchWriter;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaWriter;
import io.dataprism.internal.arrow.WriterFactory;
import io.dataprism.internal.handle.Errors;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Rows that are collected in native memory and inserted, each time with one statement that reads them as a table.
/// Thread-safe.
final class CollectedRows {
  private static final AtomicLong LAST_NUMBER = new AtomicLong();

  /// Puts rows into the writers.
  @FunctionalInterface
  interface Filler {
    /// Writes the rows.
    ///
    /// @param columns the writers
    /// @param firstRow the first row to be written
    /// @return how many rows there are now
    long fill(List<ColumnWriter> columns, long firstRow);
  }

  private final AppendTarget target;
  private final AppendSettings settings;
  private final List<Field> columns;
  private final Schema schema;
  private final ResultLayout layout;

  // Guarded by this.
  private @Nullable BatchWriter batch;
  private @Nullable PendingRows kept;
  private long written;
  private long before;
  private long inserted;
  private boolean closed;

  /// @param columns the columns of the table that rows have values for
  CollectedRows(AppendTarget target, AppendSettings settings, List<Field> columns) {
    this.target = target;
    this.settings = settings;
    this.columns = columns;
    this.schema = new Schema(WrittenTypes.of(columns));
    this.layout = WriterFactory.layout(schema);
    target.open().add(this);
  }

  List<Field> columns() {
    return columns;
  }

  /// How the columns are laid out in memory.
  List<ColumnLayout> layout() {
    return layout.columns();
  }

  synchronized long pending() {
    return written + (kept == null ? 0 : kept.count());
  }

  synchronized long inserted() {
    return inserted;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /// Adds rows, or none of them if that fails.
  synchronized void add(Filler filler) {
    BatchWriter writer = collect(filler);
    if (written >= settings.maxRows() || writer.byteSize() >= settings.maxBytes()) {
      insertPending();
    }
  }

  private BatchWriter collect(Filler filler) {
    BatchWriter writer = writer();
    long rows = -1;
    try {
      rows = filler.fill(writer.columns(), written);
    } finally {
      if (rows < 0) {
        writer.rewind(written);
      }
    }
    written = rows;
    return writer;
  }

  /// Whether so many rows are inserted as soon as they are added.
  boolean isWholeFlush(long rows, long bytes) {
    return rows > 0 && (rows >= settings.maxRows() || bytes >= settings.maxBytes());
  }

  /// Inserts rows that are a table already, after those that are collected and in a flush of their own.
  ///
  /// @param copy adds the same rows, which happens where they cannot be inserted now
  synchronized void addAsTable(Table table, long rows, Filler copy) {
    requireOpen();
    insertPending();
    // It is empty, and would number its rows from here on.
    dropBatch();
    long first = before;
    boolean readable = true;
    try (PendingRows whole = register(table, rows)) {
      execute(whole);
    } catch (DataPrismException e) {
      readable = e.code() != ErrorCode.FUNCTION_FAILED && !(e instanceof InvalidInputException);
      if (readable) {
        if (!isFaultOfRows(e)) {
          before = first;
          collect(copy);
        }
        throw e;
      }
    }
    if (!readable) {
      // Copying them tells which value it is.
      before = first;
      add(copy);
    }
  }

  private BatchWriter writer() {
    requireOpen();
    BatchWriter writer = batch;
    if (writer == null) {
      writer = WriterFactory.instance().batch(layout, ArrowMemory.shared(Errors::of), CollectedRows::texts, before);
      batch = writer;
    }
    return writer;
  }

  private static List<String> texts(Field field) {
    throw new AssertionError("column '" + field.name() + "' is written as text");
  }

  private void requireOpen() {
    if (closed) {
      throw Errors.of(Details.of(ErrorCode.CLOSED, "the appender is closed", "use it before it is closed"));
    }
  }

  /// Inserts what is collected.
  ///
  /// @return how many rows
  synchronized long flush() {
    requireOpen();
    return insertPending();
  }

  private long insertPending() {
    long rows = 0;
    PendingRows again = kept;
    if (again != null) {
      rows += insert(again);
    }
    BatchWriter writer = batch;
    if (writer != null && written > 0) {
      rows += insert(register(writer));
    }
    return rows;
  }

  private PendingRows register(BatchWriter writer) {
    long count = written;
    batch = null;
    written = 0;
    try (writer;
        Arena arena = Arena.ofConfined()) {
      MemorySegment array = LentArray.place(arena);
      writer.moveTo(count, array);
      return register(Table.ofArrowArrays(SchemaWriter.write(schema).write(arena), List.of(array)), count);
    }
  }

  private PendingRows register(Table table, long count) {
    String name = "rows of appender " + LAST_NUMBER.incrementAndGet();
    Registration registration = target.engine().register(name, table);
    PendingRows rows = new PendingRows(settings.table(), columns, registration, count, before);
    before += count;
    return rows;
  }

  private long insert(PendingRows rows) {
    kept = rows;
    try {
      execute(rows);
    } catch (DataPrismException e) {
      if (isFaultOfRows(e)) {
        drop(rows);
      }
      throw e;
    }
    drop(rows);
    return rows.count();
  }

  private void execute(PendingRows rows) {
    try {
      target.statements().apply(rows.insertAll()).execute();
    } catch (DataPrismException e) {
      throw isFaultOfRows(e) ? new FaultFinder(target, rows).locate(e) : e;
    }
    inserted += rows.count();
  }

  private void drop(PendingRows rows) {
    kept = null;
    rows.close();
  }

  private static boolean isFaultOfRows(DataPrismException e) {
    return switch (e.code()) {
      case CONSTRAINT, CONVERSION, OUT_OF_RANGE, INVALID_INPUT -> true;
      default -> false;
    };
  }

  /// Inserts what is collected, and ends.
  synchronized void close() {
    if (closed) {
      return;
    }
    try {
      insertPending();
    } finally {
      release();
    }
  }

  /// Ends, and drops what is collected.
  synchronized void release() {
    closed = true;
    target.open().remove(this);
    dropBatch();
    PendingRows rows = kept;
    if (rows != null) {
      drop(rows);
    }
  }

  private void dropBatch() {
    BatchWriter writer = batch;
    batch = null;
    written = 0;
    if (writer != null) {
      writer.close();
    }
  }
}
