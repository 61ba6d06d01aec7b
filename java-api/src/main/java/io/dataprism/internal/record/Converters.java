package io.dataprism.internal.record;

import io.dataprism.column.BitColumn;
import io.dataprism.column.Column;
import io.dataprism.column.Interval;
import io.dataprism.column.ListLikeColumn;
import io.dataprism.column.MapColumn;
import io.dataprism.column.StructColumn;
import io.dataprism.column.TimestampTzColumn;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds the way from the type of a column to the type of a component.
///
/// No way loses anything: numbers change their type where the new one holds every value, or where each value can be
/// checked, but a DOUBLE never becomes a `float`.
final class Converters {
  private Converters() {}

  /// The way from a field to a component.
  ///
  /// @throws InvalidInputException if there is none
  static Converter of(Target target, Field field) {
    return switch (target.type()) {
      case Class<?> type when type.isPrimitive() -> primitive(target, type, field);
      case Class<?> type -> object(target, type, field);
      case ParameterizedType type -> generic(target, type, field);
      case WildcardType type -> of(target.part(type.getUpperBounds()[0]), field);
      default -> throw target.doesNotTake(field, "give the component a type without type variables");
    };
  }

  private static Converter primitive(Target target, Class<?> type, Field field) {
    Class<?> box = Numbers.box(type);
    Converter boxed = object(target, box, field);
    String hint = "make the component " + box.getSimpleName() + ", or replace NULL with coalesce() in SQL";
    return column -> {
      Cell cell = boxed.over(column);
      return row -> {
        Object value = cell.read(row);
        if (value == null) {
          throw target.cannotHold("NULL, which column '" + field.name() + "' has", hint);
        }
        return value;
      };
    };
  }

  private static Converter object(Target target, Class<?> type, Field field) {
    DataType from = field.type();
    if (from == Scalar.NULL || type.isAssignableFrom(javaType(from))) {
      return column -> column::getObject;
    }
    if (Numbers.convert(from, type)) {
      return column -> row -> Numbers.converted(column.getObject(row), type, target, field);
    }
    if (type.isEnum() && (from == Scalar.VARCHAR || from == Scalar.ENUM)) {
      return javaEnum(target, type, field);
    }
    if (type.isRecord() && from instanceof DataType.Struct(List<Field> fields)) {
      RecordBinding binding = RecordBinding.of(type, fields, target.path() + ".");
      return column -> orNull(column, binding.over(column.as(StructColumn.class)));
    }
    if (type.isArray() && PrimitiveArrays.take(type, from)) {
      return column -> orNull(column, PrimitiveArrays.over((ListLikeColumn) column, type, target, field));
    }
    Converter special = special(target, type, from);
    if (special == null) {
      throw target.doesNotTake(field, hintFor(from));
    }
    return special;
  }

  private static @Nullable Converter special(Target target, Class<?> type, DataType from) {
    if (from instanceof DataType.TimestampTz) {
      if (type == OffsetDateTime.class) {
        return column -> column.as(TimestampTzColumn.class)::offsetDateTime;
      }
      if (type == ZonedDateTime.class) {
        return column -> zoned(target, column.as(TimestampTzColumn.class));
      }
    }
    if (from == Scalar.INTERVAL && type == Period.class) {
      return interval(target, interval -> interval.nanos() == 0 ? interval.period() : null);
    }
    if (from == Scalar.INTERVAL && type == Duration.class) {
      return interval(target, interval -> interval.months() == 0 && interval.days() == 0 ? interval.duration() : null);
    }
    if (from == Scalar.BIT && type == BitSet.class) {
      return column -> column.as(BitColumn.class)::getBitSet;
    }
    return null;
  }

  private static Converter generic(Target target, ParameterizedType type, Field field) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] arguments = type.getActualTypeArguments();
    DataType from = field.type();
    if (raw == Optional.class) {
      Converter inner = of(target.part(arguments[0]), field);
      return column -> {
        Cell cell = inner.over(column);
        return row -> Optional.ofNullable(cell.read(row));
      };
    }
    if (from == Scalar.NULL) {
      return column -> column::getObject;
    }
    if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
      if (from instanceof DataType.ListOf(Field element)) {
        return list(of(target.part(arguments[0]), element));
      }
      if (from instanceof DataType.ArrayOf(Field element, int _)) {
        return list(of(target.part(arguments[0]), element));
      }
    }
    if (raw == Map.class && from instanceof DataType.MapOf(Field key, Field value)) {
      return map(of(target.part(arguments[0]), key), of(target.part(arguments[1]), value));
    }
    if (raw == Map.class && from instanceof DataType.Struct && arguments[0] == String.class && isObject(arguments[1])) {
      return column -> column::getObject;
    }
    throw target.doesNotTake(field, hintFor(from));
  }

  private static boolean isObject(Type type) {
    return type == Object.class
        || (type instanceof WildcardType wildcard && wildcard.getUpperBounds()[0] == Object.class);
  }

  private static Converter list(Converter elements) {
    return column -> {
      ListLikeColumn lists = (ListLikeColumn) column;
      Cell element = elements.over(lists.child());
      return orNull(column, row -> listOf(element, lists.start(row), lists.end(row)));
    };
  }

  private static List<@Nullable Object> listOf(Cell element, long start, long end) {
    List<@Nullable Object> list = new ArrayList<>(Math.toIntExact(end - start));
    for (long i = start; i < end; i++) {
      list.add(element.read(i));
    }
    return Collections.unmodifiableList(list);
  }

  private static Converter map(Converter keys, Converter values) {
    return column -> {
      MapColumn maps = column.as(MapColumn.class);
      Cell key = keys.over(maps.keys());
      Cell value = values.over(maps.values());
      return orNull(
          column,
          row -> {
            Map<@Nullable Object, @Nullable Object> map =
                LinkedHashMap.newLinkedHashMap(Math.toIntExact(maps.length(row)));
            for (long i = maps.start(row); i < maps.end(row); i++) {
              map.put(key.read(i), value.read(i));
            }
            return Collections.unmodifiableMap(map);
          });
    };
  }

  private static Converter javaEnum(Target target, Class<?> type, Field field) {
    Map<String, Object> constants = HashMap.newHashMap(type.getEnumConstants().length);
    for (Object constant : type.getEnumConstants()) {
      constants.put(((Enum<?>) constant).name(), constant);
    }
    return column ->
        row -> {
          Object name = column.getObject(row);
          Object constant = name == null ? null : constants.get(name);
          if (name != null && constant == null) {
            throw target.cannotHold(
                "'" + name + "', which column '" + field.name() + "' has",
                "add the constant to " + type.getSimpleName() + ", or make the component String");
          }
          return constant;
        };
  }

  private static Cell zoned(Target target, TimestampTzColumn column) {
    return row -> {
      Instant instant = column.get(row);
      if (instant == null) {
        return null;
      }
      if (!column.isFinite(row)) {
        throw target.cannotHold("infinity", "make the component Instant or OffsetDateTime, which have a place for it");
      }
      return instant.atZone(column.zone());
    };
  }

  private static Converter interval(Target target, Function<Interval, @Nullable Object> narrowing) {
    return column ->
        row -> {
          Interval interval = (Interval) column.getObject(row);
          if (interval == null) {
            return null;
          }
          Object narrowed = narrowing.apply(interval);
          if (narrowed == null) {
            throw target.cannotHold(interval.toString(), "make the component " + Interval.class.getName());
          }
          return narrowed;
        };
  }

  /// A cell that is not asked for the rows where its column is NULL.
  private static Cell orNull(Column column, Cell cell) {
    return row -> column.isNull(row) ? null : cell.read(row);
  }

  /// What [Column#getObject] makes of a type.
  private static Class<?> javaType(DataType type) {
    return switch (type) {
      case Scalar scalar -> javaType(scalar);
      case DataType.Decimal _ -> BigDecimal.class;
      case DataType.Time _ -> LocalTime.class;
      case DataType.Timestamp _ -> LocalDateTime.class;
      case DataType.TimestampTz _ -> Instant.class;
      case DataType.ListOf _, DataType.ArrayOf _ -> List.class;
      case DataType.Struct _, DataType.MapOf _ -> Map.class;
      case DataType.Union _ -> Object.class;
    };
  }

  private static Class<?> javaType(Scalar type) {
    return switch (type) {
      case NULL -> Object.class;
      case BOOLEAN -> Boolean.class;
      case TINYINT -> Byte.class;
      case SMALLINT -> Short.class;
      case INTEGER, UTINYINT, USMALLINT -> Integer.class;
      case BIGINT, UINTEGER -> Long.class;
      case HUGEINT, UHUGEINT, UBIGINT, BIGNUM -> BigInteger.class;
      case FLOAT -> Float.class;
      case DOUBLE -> Double.class;
      case VARCHAR, JSON, BIT, ENUM -> String.class;
      case BLOB, GEOMETRY -> byte[].class;
      case UUID -> UUID.class;
      case DATE -> LocalDate.class;
      case TIME_TZ -> OffsetTime.class;
      case INTERVAL -> Interval.class;
      case VARIANT -> Map.class;
    };
  }

  private static String hintFor(DataType from) {
    return "make the component " + javaType(from).getSimpleName() + ", or cast the column in SQL";
  }
}
