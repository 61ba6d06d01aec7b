package io.dataprism.internal.record;

import io.dataprism.column.Interval;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import io.dataprism.schema.TimeUnit;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The SQL types that the components of records stand for, by the rules that parameters follow.
public final class RecordSchema {
  private static final Map<Class<?>, DataType> PLAIN =
      Map.ofEntries(
          Map.entry(boolean.class, Scalar.BOOLEAN),
          Map.entry(Boolean.class, Scalar.BOOLEAN),
          Map.entry(byte.class, Scalar.TINYINT),
          Map.entry(Byte.class, Scalar.TINYINT),
          Map.entry(short.class, Scalar.SMALLINT),
          Map.entry(Short.class, Scalar.SMALLINT),
          Map.entry(int.class, Scalar.INTEGER),
          Map.entry(Integer.class, Scalar.INTEGER),
          Map.entry(long.class, Scalar.BIGINT),
          Map.entry(Long.class, Scalar.BIGINT),
          Map.entry(float.class, Scalar.FLOAT),
          Map.entry(Float.class, Scalar.FLOAT),
          Map.entry(double.class, Scalar.DOUBLE),
          Map.entry(Double.class, Scalar.DOUBLE),
          Map.entry(BigInteger.class, Scalar.HUGEINT),
          Map.entry(String.class, Scalar.VARCHAR),
          Map.entry(byte[].class, Scalar.BLOB),
          Map.entry(UUID.class, Scalar.UUID),
          Map.entry(Interval.class, Scalar.INTERVAL),
          Map.entry(LocalDate.class, Scalar.DATE),
          Map.entry(LocalTime.class, new DataType.Time(TimeUnit.MICROSECOND)),
          Map.entry(OffsetTime.class, Scalar.TIME_TZ),
          Map.entry(LocalDateTime.class, new DataType.Timestamp(TimeUnit.MICROSECOND)),
          Map.entry(Instant.class, new DataType.TimestampTz(TimeUnit.MICROSECOND, "UTC")));

  private RecordSchema() {}

  /// The type that a class stands for by itself; null where there is none.
  public static @Nullable DataType plainType(Class<?> type) {
    return PLAIN.get(type);
  }

  /// A column for each component.
  ///
  /// @throws InvalidInputException if a component has a class that tells no type
  public static Schema of(Class<? extends Record> type) {
    return new Schema(fields(type));
  }

  private static List<Field> fields(Class<?> type) {
    return Stream.of(type.getRecordComponents()).map(component -> field(type, component)).toList();
  }

  private static Field field(Class<?> type, RecordComponent component) {
    String name = component.getName();
    return new Field(name, type(component.getGenericType(), type, name), !component.getType().isPrimitive());
  }

  private static DataType type(Type java, Class<?> owner, String component) {
    if (java instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
      Type[] arguments = generic.getActualTypeArguments();
      if (Collection.class.isAssignableFrom(raw) && arguments.length == 1) {
        return new DataType.ListOf(new Field("element", type(arguments[0], owner, component), true));
      }
      if (Map.class.isAssignableFrom(raw) && arguments.length == 2) {
        return new DataType.MapOf(
            new Field("key", type(arguments[0], owner, component), false),
            new Field("value", type(arguments[1], owner, component), true));
      }
    }
    if (java instanceof Class<?> plain) {
      DataType known = plainType(plain);
      if (known != null) {
        return known;
      }
      if (plain.isEnum()) {
        return Scalar.VARCHAR;
      }
      if (plain.isRecord()) {
        return new DataType.Struct(fields(plain));
      }
      if (plain.isArray()) {
        return new DataType.ListOf(new Field("element", type(plain.getComponentType(), owner, component), true));
      }
    }
    throw new InvalidInputException(
        Details.of(
            ErrorCode.INVALID_INPUT,
            "component '"
                + component
                + "' of "
                + owner.getName()
                + " is a "
                + java.getTypeName()
                + ", which tells no SQL type",
            "give the types as a Schema"));
  }
}
