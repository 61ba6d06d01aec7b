package io.dataprism.internal.function;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.record.RecordSchema;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;

/// The SQL types whose columns give objects of a class.
final class JavaTypes {
  private JavaTypes() {}

  static DataType of(Class<?> type) {
    DataType known = RecordSchema.plainType(type);
    if (known == null) {
      throw invalid(
          type.getName() + " does not tell an SQL type",
          "describe the function with Functions.scalar(name) and its types");
    }
    return known;
  }

  /// The type as a signature writes it.
  static String sql(DataType type) {
    if (contains(type, Scalar.ENUM)) {
      throw invalid(
          type.sql() + " does not tell the values of the ENUM", "give the type as a text, such as ENUM('low', 'high')");
    }
    return type.sql();
  }

  private static boolean contains(DataType type, DataType part) {
    return type.equals(part)
        || switch (type) {
          case DataType.ListOf(var element) -> contains(element.type(), part);
          case DataType.ArrayOf(var element, int _) -> contains(element.type(), part);
          case DataType.Struct(var fields) -> fields.stream().anyMatch(field -> contains(field.type(), part));
          case DataType.Union(var members) -> members.stream().anyMatch(field -> contains(field.type(), part));
          case DataType.MapOf(var key, var value) -> contains(key.type(), part) || contains(value.type(), part);
          default -> false;
        };
  }

  static InvalidInputException invalid(String message, String hint) {
    return new InvalidInputException(Details.of(ErrorCode.INVALID_INPUT, message, hint));
  }
}
