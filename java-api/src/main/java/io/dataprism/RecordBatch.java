package io.dataprism;

import io.dataprism.bindings.ArrowArrayNode;
import io.dataprism.bindings.BatchMemory;
import io.dataprism.column.Column;
import io.dataprism.column.ColumnSet;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.ColumnFactory;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.schema.Schema;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Some rows of a result: typed columns over native memory, which are read in place.
///
/// A batch is valid until it is closed, which pulling the next batch of its result does as well. Afterwards every
/// access to its columns and to the memory they hand out throws [IllegalStateException]. A batch belongs to the thread
/// that pulled it; every other thread gets [WrongThreadException].
///
/// How NULL is handled and how to write fast loops is told in the description of the package [io.dataprism.column].
public final class RecordBatch implements ColumnSet, AutoCloseable {
  private final ResultLayout layout;
  private final BatchMemory memory;
  private final ArrowArrayNode root;
  private final long rowCount;
  private final @Nullable Column[] columns;

  RecordBatch(ResultLayout layout, BatchMemory memory) {
    this.layout = layout;
    this.memory = memory;
    this.root = memory.root();
    this.rowCount = root.length();
    this.columns = new Column[layout.columns().size()];
  }

  /// How many rows the batch has.
  public long rowCount() {
    return rowCount;
  }

  /// Names and types of the columns: the schema of the result.
  public Schema schema() {
    return layout.schema();
  }

  @Override
  public int columnCount() {
    return columns.length;
  }

  @Override
  public Column column(int index) {
    Objects.checkIndex(index, columns.length);
    // Columns are made when they are asked for: of a wide batch few may be read. The header is read also for a column
    // that is there already, so that a closed batch hands out none.
    root.length();
    Column column = columns[index];
    if (column == null) {
      column = ColumnFactory.instance().create(layout.columns().get(index), root.child(index), root.offset(), rowCount);
      columns[index] = column;
    }
    return column;
  }

  /// A column of any type.
  ///
  /// @throws InvalidInputException if there is no column of this name, or more than one
  @Override
  public Column column(String name) {
    return column(layout.schema().indexOf(name));
  }

  /// How many bytes of native memory the Arrow buffers of all columns take: memory that is read in place and was not
  /// copied to the Java heap.
  public long byteSize() {
    return memory.byteSize();
  }

  /// Whether the batch is closed.
  public boolean isClosed() {
    return memory.isClosed();
  }

  /// Gives the memory back. Closing twice is allowed.
  ///
  /// @throws WrongThreadException on another thread than the batch's
  @Override
  public void close() {
    memory.close();
  }
}
