package io.dataprism.function;

import io.dataprism.column.ColumnSet;

/// The arguments of a call: a column for each, read in place. They belong to the thread of the call, and are gone after
/// it: a later access is an [IllegalStateException].
public interface Arguments extends ColumnSet {
  /// How many rows there are.
  long rowCount();
}
