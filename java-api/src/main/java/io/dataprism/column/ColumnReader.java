package io.dataprism.column;

import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;

/// Makes the column that belongs to a type.
final class ColumnReader {
  private ColumnReader() {}

  static Column read(Slice slice) {
    return switch (slice.layout().field().type()) {
      case Scalar scalar -> readScalar(scalar, slice);
      case DataType.Decimal type -> new DecimalColumn(slice, type);
      case DataType.Time type -> new TimeColumn(slice, type);
      case DataType.Timestamp type -> new TimestampColumn(slice, type);
      case DataType.TimestampTz type -> new TimestampTzColumn(slice, type);
      case DataType.ListOf _ -> new ListColumn(slice);
      case DataType.ArrayOf type -> new ArrayColumn(slice, type);
      case DataType.Struct _ -> new StructColumn(slice);
      case DataType.MapOf _ -> new MapColumn(slice);
      case DataType.Union _ -> new UnionColumn(slice);
    };
  }

  private static Column readScalar(Scalar type, Slice slice) {
    return switch (type) {
      case NULL -> new NullColumn(slice);
      case BOOLEAN -> new BooleanColumn(slice);
      case TINYINT -> new Int8Column(slice);
      case SMALLINT -> new Int16Column(slice);
      case INTEGER -> new Int32Column(slice);
      case BIGINT -> new Int64Column(slice);
      case HUGEINT, UHUGEINT -> new Int128Column(slice);
      case UTINYINT -> new UInt8Column(slice);
      case USMALLINT -> new UInt16Column(slice);
      case UINTEGER -> new UInt32Column(slice);
      case UBIGINT -> new UInt64Column(slice);
      case BIGNUM -> new BignumColumn(slice);
      case FLOAT -> new Float32Column(slice);
      case DOUBLE -> new Float64Column(slice);
      case VARCHAR, JSON -> new Utf8Column(slice);
      case BLOB, GEOMETRY -> new BinaryColumn(slice);
      case BIT -> new BitColumn(slice);
      case UUID -> new UuidColumn(slice);
      case DATE -> new DateColumn(slice);
      case TIME_TZ -> new TimeTzColumn(slice);
      case INTERVAL -> new IntervalColumn(slice);
      case ENUM -> new EnumColumn(slice);
      case VARIANT -> new StructColumn(slice);
    };
  }
}
