package io.dataprism.internal.arrow;

import io.dataprism.bindings.ArrowSchemaNode;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.util.List;
import java.util.Map;

/// PLACEHOLDER until the columns branch lands.
public final class SchemaWriter {
  private SchemaWriter() {}

  /// The schema.
  public static ArrowSchemaNode write(Schema schema) {
    return new ArrowSchemaNode("+s", "", Map.of(), 0, schema.fields().stream().map(SchemaWriter::write).toList(), null);
  }

  private static ArrowSchemaNode write(Field field) {
    return new ArrowSchemaNode(format(field.type()), field.name(), Map.of(), 2, List.of(), null);
  }

  private static String format(DataType type) {
    return switch (type) {
      case Scalar.BIGINT -> "l";
      case Scalar.INTEGER -> "i";
      case Scalar.DOUBLE -> "g";
      case Scalar.VARCHAR -> "u";
      default -> throw new IllegalArgumentException(type.sql());
    };
  }

  /// Width.
  public static int fixedWidth(DataType type) {
    return switch (type) {
      case Scalar.BIGINT, Scalar.DOUBLE -> 8;
      case Scalar.INTEGER -> 4;
      default -> 0;
    };
  }
}
