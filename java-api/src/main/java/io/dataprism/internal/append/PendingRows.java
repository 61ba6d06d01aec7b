package io.dataprism.internal.append;

import io.dataprism.internal.name.SqlNames;
import io.dataprism.registration.Registration;
import io.dataprism.schema.Field;
import java.util.List;
import java.util.stream.Collectors;

/// Rows that SQL reads as a table, and the statements that insert them.
///
/// @param table the table that they go to, as a statement writes it
/// @param columns the columns that they have
/// @param registration the rows
/// @param count how many there are
/// @param first what errors call the first of them
record PendingRows(String table, List<Field> columns, Registration registration, long count, long first)
    implements AutoCloseable {
  private static final String NUMBER = SqlNames.identifier("row number of the appender");

  /// Inserts all.
  String insertAll() {
    return insert(columns) + " FROM " + SqlNames.identifier(registration.name());
  }

  /// Inserts some of them.
  ///
  /// @param from the first one
  /// @param to the one after the last
  String insertRange(long from, long to) {
    return insert(columns) + " FROM " + numbered() + " WHERE " + NUMBER + " >= " + from + " AND " + NUMBER + " < " + to;
  }

  /// Inserts one value, and leaves the other columns to their defaults.
  String insertValue(Field column, long row) {
    return insert(List.of(column)) + " FROM " + numbered() + " WHERE " + NUMBER + " = " + row;
  }

  /// Asks for the first row in which a column is NULL.
  String firstNull(Field column) {
    return "SELECT min("
        + NUMBER
        + ") FROM "
        + numbered()
        + " WHERE "
        + SqlNames.identifier(column.name())
        + " IS NULL";
  }

  /// Asks whether a value has a text, which is the only parameter: for the number 1 if so.
  String isText(Field column, long row) {
    return "SELECT count(*) FROM "
        + numbered()
        + " WHERE "
        + NUMBER
        + " = "
        + row
        + " AND "
        + SqlNames.identifier(column.name())
        + "::VARCHAR = ?";
  }

  private String insert(List<Field> into) {
    String names = into.stream().map(field -> SqlNames.identifier(field.name())).collect(Collectors.joining(", "));
    return "INSERT INTO " + table + " (" + names + ") SELECT " + names;
  }

  /// Numbers are only needed where something went wrong, so they are not kept with the rows.
  private String numbered() {
    return SqlNames.identifier(registration.name())
        + " POSITIONAL JOIN range("
        + count
        + ") AS numbers("
        + NUMBER
        + ")";
  }

  @Override
  public void close() {
    registration.close();
  }
}
