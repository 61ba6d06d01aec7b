package io.dataprism.internal.function;

import io.dataprism.bindings.ArrowArrayNode;
import io.dataprism.bindings.FunctionCall;
import io.dataprism.column.Column;
import io.dataprism.function.Arguments;
import io.dataprism.internal.arrow.ColumnFactory;
import io.dataprism.internal.function.CallLayouts.ArgumentLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The arguments of a call in progress.
final class ArgumentColumns implements Arguments {
  private final ArgumentLayout layout;
  private final ArrowArrayNode root;
  private final long rowCount;
  private final @Nullable Column[] columns;

  ArgumentColumns(ArgumentLayout layout, FunctionCall call) {
    this.layout = layout;
    this.root = call.arguments();
    this.rowCount = call.rowCount();
    this.columns = new Column[layout.columns().size()];
  }

  @Override
  public long rowCount() {
    return rowCount;
  }

  @Override
  public int columnCount() {
    return columns.length;
  }

  @Override
  public Column column(int index) {
    Objects.checkIndex(index, columns.length);
    Column column = columns[index];
    if (column == null) {
      column = ColumnFactory.instance().create(layout.columns().get(index), root.child(index), 0, rowCount);
      columns[index] = column;
    }
    return column;
  }

  @Override
  public Column column(String name) {
    return column(layout.names().indexOf(name));
  }

  /// Whether an argument of a row is NULL.
  boolean hasNull(long row) {
    for (int i = 0; i < columns.length; i++) {
      if (column(i).isNull(row)) {
        return true;
      }
    }
    return false;
  }
}
