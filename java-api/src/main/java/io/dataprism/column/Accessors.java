package io.dataprism.column;

import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;

/// Which method of [ColumnSet] reads which type.
final class Accessors {
  private Accessors() {}

  static String of(DataType type) {
    return switch (type) {
      case Scalar scalar -> of(scalar);
      case DataType.Decimal _ -> "decimal";
      case DataType.Time _ -> "time";
      case DataType.Timestamp _ -> "timestamp";
      case DataType.TimestampTz _ -> "timestampTz";
      case DataType.ListOf _ -> "list";
      case DataType.ArrayOf _ -> "array";
      case DataType.Struct _ -> "struct";
      case DataType.MapOf _ -> "map";
      case DataType.Union _ -> "union";
    };
  }

  private static String of(Scalar type) {
    return switch (type) {
      case NULL -> "column";
      case BOOLEAN -> "bool";
      case TINYINT -> "int8";
      case SMALLINT -> "int16";
      case INTEGER -> "int32";
      case BIGINT -> "int64";
      case HUGEINT, UHUGEINT -> "int128";
      case UTINYINT -> "uint8";
      case USMALLINT -> "uint16";
      case UINTEGER -> "uint32";
      case UBIGINT -> "uint64";
      case BIGNUM -> "bignum";
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      case VARCHAR, JSON -> "utf8";
      case BLOB, GEOMETRY -> "binary";
      case BIT -> "bit";
      case UUID -> "uuid";
      case DATE -> "date";
      case TIME_TZ -> "timeTz";
      case INTERVAL -> "interval";
      case ENUM -> "enumeration";
      case VARIANT -> "struct";
    };
  }
}
