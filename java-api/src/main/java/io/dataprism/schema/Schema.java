package io.dataprism.schema;

import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.FieldIndex;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// Names and types of the columns of a result, in order.
///
/// Names are looked up as SQL looks them up: a name in the same case wins, otherwise case does not matter. A result may
/// have several columns of one name, which are then reached by index.
///
/// Immutable and thread-safe; two schemas are equal if their fields are.
public final class Schema {
  private final List<Field> fields;
  private final FieldIndex index;

  /// A schema of these columns.
  public Schema(List<Field> fields) {
    this.fields = List.copyOf(fields);
    this.index = new FieldIndex("column", this.fields);
  }

  /// The columns, in order.
  public List<Field> fields() {
    return fields;
  }

  /// How many columns there are.
  public int columnCount() {
    return fields.size();
  }

  /// A column.
  ///
  /// @throws IndexOutOfBoundsException if there is no such column
  public Field field(int column) {
    return fields.get(column);
  }

  /// The column of a name.
  ///
  /// @throws InvalidInputException if there is none, or more than one
  public Field field(String name) {
    return fields.get(indexOf(name));
  }

  /// Where the column of a name stands, counted from zero.
  ///
  /// @throws InvalidInputException if there is none, or more than one
  public int indexOf(String name) {
    return index.indexOf(name);
  }

  /// Where the column of a name stands, counted from zero, if there is one.
  ///
  /// @throws InvalidInputException if there is more than one
  public OptionalInt find(String name) {
    return index.find(name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Schema schema && schema.fields.equals(fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  /// The columns as SQL lists them, such as `(origin VARCHAR, delay DOUBLE)`.
  @Override
  public String toString() {
    return fields.stream().map(Field::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
