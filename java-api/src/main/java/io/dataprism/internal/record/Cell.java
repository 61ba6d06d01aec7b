package io.dataprism.internal.record;

import org.jspecify.annotations.Nullable;

/// The values that one component of a record takes, row by row, out of one column.
@FunctionalInterface
interface Cell {
  /// The value for the component, of the component's type.
  ///
  /// @throws CellException if the component cannot hold the value
  @Nullable Object read(long row);
}
