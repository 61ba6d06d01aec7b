package io.dataprism.column;

import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;

/// Makes the writer that belongs to a type.
final class WriterKinds {
  private WriterKinds() {}

  static ColumnWriter make(WriterPlace place) {
    return switch (place.layout().field().type()) {
      case Scalar scalar -> makeScalar(scalar, place);
      case DataType.Decimal type -> new DecimalWriter(place, type);
      case DataType.Time type -> new TimeWriter(place, type);
      case DataType.Timestamp type -> new TimestampWriter(place, type);
      case DataType.TimestampTz type -> new TimestampTzWriter(place, type);
      case DataType.ListOf _ -> new ListWriter(place);
      case DataType.ArrayOf type -> new ArrayWriter(place, type);
      case DataType.Struct _ -> new StructWriter(place);
      case DataType.MapOf _ -> new MapWriter(place);
      case DataType.Union _ -> new UnionWriter(place);
    };
  }

  private static ColumnWriter makeScalar(Scalar type, WriterPlace place) {
    return switch (type) {
      case NULL -> new NullWriter(place);
      case BOOLEAN -> new BooleanWriter(place);
      case TINYINT -> new Int8Writer(place);
      case SMALLINT -> new Int16Writer(place);
      case INTEGER -> new Int32Writer(place);
      case BIGINT -> new Int64Writer(place);
      case HUGEINT, UHUGEINT -> new Int128Writer(place);
      case UTINYINT -> new UInt8Writer(place);
      case USMALLINT -> new UInt16Writer(place);
      case UINTEGER -> new UInt32Writer(place);
      case UBIGINT -> new UInt64Writer(place);
      case BIGNUM -> new BignumWriter(place);
      case FLOAT -> new Float32Writer(place);
      case DOUBLE -> new Float64Writer(place);
      case VARCHAR, JSON -> new Utf8Writer(place);
      case BLOB, GEOMETRY -> new BinaryWriter(place);
      case BIT -> new BitWriter(place);
      case UUID -> new UuidWriter(place);
      case DATE -> new DateWriter(place);
      case TIME_TZ -> new TimeTzWriter(place);
      case INTERVAL -> new IntervalWriter(place);
      case ENUM -> new EnumWriter(place);
      case VARIANT -> new StructWriter(place);
    };
  }
}
