package io.dataprism.internal.arrow;

import io.dataprism.schema.Schema;
import java.util.List;

/// Names, types and memory layouts of a result's columns: read once, used for each of its batches. Immutable.
///
/// @param schema names and types
/// @param columns one layout a column
public record ResultLayout(Schema schema, List<ColumnLayout> columns) {
  /// Copies the list.
  public ResultLayout {
    columns = List.copyOf(columns);
  }
}
