package io.dataprism.column;

import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/// Which Java type is a type's own, of the several that its writer takes.
final class NaturalTypes {
  private NaturalTypes() {}

  static boolean isOf(DataType type, Object value) {
    return switch (type) {
      case Scalar scalar -> isOf(scalar, value);
      case DataType.Decimal _ -> value instanceof BigDecimal;
      case DataType.Time _ -> value instanceof LocalTime;
      case DataType.Timestamp _ -> value instanceof LocalDateTime;
      case DataType.TimestampTz _ -> value instanceof Instant;
      case DataType.ListOf _, DataType.ArrayOf _ -> value instanceof Collection<?> || value.getClass().isArray();
      case DataType.Struct _ -> value instanceof Record || value instanceof Map<?, ?>;
      case DataType.MapOf _ -> value instanceof Map<?, ?>;
      case DataType.Union _ -> false;
    };
  }

  private static boolean isOf(Scalar type, Object value) {
    return switch (type) {
      case NULL, UTINYINT, USMALLINT, UINTEGER, UBIGINT, UHUGEINT, BIT, JSON, ENUM, VARIANT -> false;
      case BOOLEAN -> value instanceof Boolean;
      case TINYINT -> value instanceof Byte;
      case SMALLINT -> value instanceof Short;
      case INTEGER -> value instanceof Integer;
      case BIGINT -> value instanceof Long;
      case HUGEINT, BIGNUM -> value instanceof BigInteger;
      case FLOAT -> value instanceof Float;
      case DOUBLE -> value instanceof Double;
      case VARCHAR -> value instanceof String;
      case BLOB, GEOMETRY -> value instanceof byte[] || value instanceof MemorySegment;
      case UUID -> value instanceof UUID;
      case DATE -> value instanceof LocalDate;
      case TIME_TZ -> value instanceof OffsetTime;
      case INTERVAL -> value instanceof Interval;
    };
  }
}
