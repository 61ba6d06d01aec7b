package io.dataprism.internal.function;

import io.dataprism.column.Interval;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.TimeUnit;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.util.Map;
import java.util.UUID;

/// The SQL types whose columns give objects of a class.
final class JavaTypes {
  private static final Map<Class<?>, DataType> BY_CLASS =
      Map.ofEntries(
          Map.entry(Boolean.class, Scalar.BOOLEAN),
          Map.entry(Byte.class, Scalar.TINYINT),
          Map.entry(Short.class, Scalar.SMALLINT),
          Map.entry(Integer.class, Scalar.INTEGER),
          Map.entry(Long.class, Scalar.BIGINT),
          Map.entry(BigInteger.class, Scalar.HUGEINT),
          Map.entry(Float.class, Scalar.FLOAT),
          Map.entry(Double.class, Scalar.DOUBLE),
          Map.entry(String.class, Scalar.VARCHAR),
          Map.entry(byte[].class, Scalar.BLOB),
          Map.entry(LocalDate.class, Scalar.DATE),
          Map.entry(LocalTime.class, new DataType.Time(TimeUnit.MICROSECOND)),
          Map.entry(OffsetTime.class, Scalar.TIME_TZ),
          Map.entry(LocalDateTime.class, new DataType.Timestamp(TimeUnit.MICROSECOND)),
          Map.entry(Instant.class, new DataType.TimestampTz(TimeUnit.MICROSECOND, "UTC")),
          Map.entry(UUID.class, Scalar.UUID),
          Map.entry(Interval.class, Scalar.INTERVAL));

  private JavaTypes() {}

  static DataType of(Class<?> type) {
    DataType known = BY_CLASS.get(type);
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
