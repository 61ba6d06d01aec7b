package io.dataprism.internal.record;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.Field;
import java.lang.reflect.Type;

/// What a value is to become: the component of a record, or a part of one.
///
/// @param type its Java type
/// @param path its name, with those of the components around it
/// @param record the name of the record
record Target(Type type, String path, String record) {
  /// A part of this, such as the elements of a list.
  Target part(Type partType) {
    return new Target(partType, path, record);
  }

  InvalidInputException doesNotTake(Field field, String hint) {
    return new InvalidInputException(
        Details.of(
            ErrorCode.INVALID_INPUT,
            this + " does not take column '" + field.name() + "' of type " + field.type().sql(),
            hint));
  }

  CellException cannotHold(String value, String hint) {
    return new CellException(this + " cannot hold " + value, hint);
  }

  @Override
  public String toString() {
    return "component '" + path + "' (" + simpleName(type) + ") of record " + record;
  }

  private static String simpleName(Type type) {
    return type instanceof Class<?> c ? c.getSimpleName() : type.getTypeName().replaceAll("\\b[a-z]\\w*\\.", "");
  }
}
