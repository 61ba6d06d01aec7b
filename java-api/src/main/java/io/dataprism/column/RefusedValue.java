package io.dataprism.column;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.Field;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A value that does not become one of a column's type, on its way to whoever knows which column and row that is.
// Never leaves the package, so nobody serializes it.
@SuppressWarnings("serial")
final class RefusedValue extends RuntimeException {
  private final String what;
  private final String hint;
  private String path = "";

  RefusedValue(String what, String hint) {
    super(what, null, false, false);
    this.what = what;
    this.hint = hint;
  }

  /// A value of a class that the type has nothing to do with.
  static RefusedValue ofClass(Object value, Field field, String expected) {
    return new RefusedValue(
        "a " + value.getClass().getTypeName() + " is no " + field.type().sql(), "give it as " + expected);
  }

  static RefusedValue outOfRange(Object value, Field field) {
    return new RefusedValue(
        value + " of " + value.getClass().getTypeName() + " is out of the range of " + field.type().sql(),
        "give a value in the range, or make the column of a larger type");
  }

  /// The same, of a part of another value.
  RefusedValue in(String step) {
    path = step + path;
    return this;
  }

  InvalidInputException of(Field field, long row) {
    String place = path.isEmpty() ? "" : ", at " + (path.startsWith(".") ? path.substring(1) : path);
    return new InvalidInputException(
        Details.of(
            ErrorCode.INVALID_INPUT, "row " + row + " of column '" + field.name() + "'" + place + ": " + what, hint));
  }

  static @Nullable Object unwrapped(@Nullable Object value) {
    return value instanceof Optional<?> optional ? optional.orElse(null) : value;
  }
}
