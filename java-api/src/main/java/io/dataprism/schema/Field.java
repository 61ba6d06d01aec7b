package io.dataprism.schema;

import io.dataprism.internal.name.SqlNames;
import java.util.Objects;

/// A column of a result, or a part of a nested type.
///
/// @param name the name; elements of lists and arrays are called `element`, and it may be empty
/// @param type the type
/// @param nullable whether values may be NULL. Results of queries say yes for every column, for DuckDB does not tell.
public record Field(String name, DataType type, boolean nullable) {
  /// Rejects null.
  public Field {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /// The field as SQL writes it: name and type.
  @Override
  public String toString() {
    return SqlNames.readable(name) + " " + type.sql() + (nullable ? "" : " NOT NULL");
  }
}
