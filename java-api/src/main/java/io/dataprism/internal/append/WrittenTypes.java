package io.dataprism.internal.append;

import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import java.util.List;

/// The types that rows are collected in. They are the columns' own but for ENUM: its texts are not known here, so
/// values are collected as text, which the INSERT turns into the ENUM.
final class WrittenTypes {
  private WrittenTypes() {}

  static List<Field> of(List<Field> fields) {
    return fields.stream().map(WrittenTypes::of).toList();
  }

  private static Field of(Field field) {
    return new Field(field.name(), of(field.type()), field.nullable());
  }

  private static DataType of(DataType type) {
    return switch (type) {
      case Scalar scalar -> scalar == Scalar.ENUM ? Scalar.VARCHAR : scalar;
      case DataType.ListOf(Field element) -> new DataType.ListOf(of(element));
      case DataType.ArrayOf(Field element, int length) -> new DataType.ArrayOf(of(element), length);
      case DataType.Struct(List<Field> fields) -> new DataType.Struct(of(fields));
      case DataType.MapOf(Field key, Field value) -> new DataType.MapOf(of(key), of(value));
      case DataType.Union(List<Field> members) -> new DataType.Union(of(members));
      case DataType.Decimal _, DataType.Time _, DataType.Timestamp _, DataType.TimestampTz _ -> type;
    };
  }
}
