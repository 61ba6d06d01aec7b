package io.dataprism;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.TypedValue;
import io.dataprism.column.Interval;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.SqlNames;
import io.dataprism.internal.record.RecordReader;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import io.dataprism.schema.TimeUnit;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Copies values of parameters, so that nothing that their owner does to them later matters, into what the bindings lay
/// out. What has no SQL type stays as it is: the bindings refuse it, for they know which parameter it is.
final class ParameterCopy {
  private static final int MAX_DEPTH = 64;

  private ParameterCopy() {}

  static ParameterList positional(@Nullable Object[] values) {
    @Nullable Object[] copies = new @Nullable Object[values.length];
    for (int i = 0; i < values.length; i++) {
      copies[i] = of(values[i]);
    }
    return ParameterList.positional(copies);
  }

  static ParameterList named(Map<String, ? extends @Nullable Object> values) {
    List<String> names = new ArrayList<>(values.size());
    List<@Nullable Object> copies = new ArrayList<>(values.size());
    values.forEach((name, value) -> {
      if (name == null) {
        throw invalid("the name of a parameter is null", "give each value the name of its parameter");
      }
      names.add(name);
      copies.add(of(value));
    });
    return ParameterList.named(names.toArray(String[]::new), copies.toArray());
  }

  /// Copies a value whose class tells its type.
  static @Nullable Object of(@Nullable Object value) {
    return copy(value, 0);
  }

  /// Copies a value as a column of a type gives it.
  static @Nullable Object of(DataType type, @Nullable Object value) {
    return copy(type, value, 0);
  }

  static TypedValue map(Map<?, ? extends @Nullable Object> entries) {
    return map(entries, 0);
  }

  private static @Nullable Object copy(@Nullable Object value, int depth) {
    // What most parameters are.
    if (value == null || value instanceof Number || value instanceof String) {
      return value;
    }
    requireDepth(depth);
    return switch (value) {
      case SqlValue typed -> typed.value();
      case Collection<?> elements -> list(elements, depth);
      case Object[] elements -> list(Arrays.asList(elements), depth);
      case Map<?, ?> entries -> map(entries, depth);
      case Record struct when !(struct instanceof Interval) -> struct(struct, depth);
      case Interval interval -> new TypedValue.Interval(interval.months(), interval.days(), interval.nanos() / 1_000);
      case Optional<?> optional -> copy(optional.orElse(null), depth + 1);
      case Enum<?> constant -> constant.name();
      case BitSet bits -> new TypedValue.Cast("BIT", true, text(bits));
      case byte[] bytes -> bytes.clone();
      case boolean[] elements -> elements.clone();
      case short[] elements -> elements.clone();
      case int[] elements -> elements.clone();
      case long[] elements -> elements.clone();
      case float[] elements -> elements.clone();
      case double[] elements -> elements.clone();
      default -> value;
    };
  }

  private static @Nullable Object copy(DataType type, @Nullable Object value, int depth) {
    if (value == null || value instanceof SqlValue) {
      return copy(value, depth);
    }
    requireDepth(depth);
    return switch (type) {
      case DataType.ListOf(Field element) -> elements(element.type(), value, depth);
      case DataType.ArrayOf(Field element, int _) -> elements(element.type(), value, depth);
      case DataType.Struct(List<Field> fields) -> struct(type, fields, value, depth);
      case DataType.MapOf(Field key, Field of) when value instanceof Map<?, ?> map -> {
        List<@Nullable Object> keys = new ArrayList<>(map.size());
        List<@Nullable Object> values = new ArrayList<>(map.size());
        map.forEach((k, v) -> {
          keys.add(copy(key.type(), k, depth + 1));
          values.add(copy(of.type(), v, depth + 1));
        });
        yield new TypedValue.MapOf(keys, values);
      }
      // Each value by itself: they may be of different members.
      case DataType.Union _ -> new TypedValue.Cast(SqlValue.castable(type), true, copy(value, depth + 1));
      case DataType.Time(TimeUnit unit) when unit == TimeUnit.NANOSECOND && value instanceof LocalTime time ->
          new TypedValue.TimeNanos(time);
      case DataType.TimestampTz(TimeUnit unit, String _) when unit == TimeUnit.NANOSECOND -> instantNanos(value, depth);
      // Text holds numbers of any size.
      case DataType.Scalar scalar
          when (scalar == DataType.Scalar.BIGNUM || scalar == DataType.Scalar.UHUGEINT)
              && value instanceof BigInteger number ->
          number.toString();
      default -> copy(value, depth);
    };
  }

  private static @Nullable Object instantNanos(Object value, int depth) {
    return switch (value) {
      case Instant instant -> new TypedValue.InstantNanos(instant);
      case OffsetDateTime time when time.equals(OffsetDateTime.MAX) -> new TypedValue.InstantNanos(Instant.MAX);
      case OffsetDateTime time when time.equals(OffsetDateTime.MIN) -> new TypedValue.InstantNanos(Instant.MIN);
      case OffsetDateTime time -> new TypedValue.InstantNanos(time.toInstant());
      case ZonedDateTime time -> new TypedValue.InstantNanos(time.toInstant());
      default -> copy(value, depth);
    };
  }

  private static @Nullable Object elements(DataType element, Object value, int depth) {
    Collection<?> elements;
    if (value instanceof Collection<?> collection) {
      elements = collection;
    } else if (value instanceof Object[] array) {
      elements = Arrays.asList(array);
    } else {
      return copy(value, depth);
    }
    List<@Nullable Object> copies = new ArrayList<>(elements.size());
    for (Object each : elements) {
      copies.add(copy(element, each, depth + 1));
    }
    return new TypedValue.ListOf(copies);
  }

  private static TypedValue list(Collection<?> elements, int depth) {
    List<@Nullable Object> copies = new ArrayList<>(elements.size());
    for (Object element : elements) {
      copies.add(copy(element, depth + 1));
    }
    return new TypedValue.ListOf(copies);
  }

  private static TypedValue map(Map<?, ? extends @Nullable Object> entries, int depth) {
    List<@Nullable Object> keys = new ArrayList<>(entries.size());
    List<@Nullable Object> values = new ArrayList<>(entries.size());
    entries.forEach((key, value) -> {
      keys.add(copy(key, depth + 1));
      values.add(copy(value, depth + 1));
    });
    return new TypedValue.MapOf(keys, values);
  }

  private static TypedValue struct(Record struct, int depth) {
    RecordReader reader = RecordReader.of(struct.getClass());
    if (reader.names().isEmpty()) {
      throw invalid(struct.getClass().getName() + " has no components", "a STRUCT has one field at least");
    }
    List<@Nullable Object> values = new ArrayList<>(reader.names().size());
    for (Object value : reader.values(struct)) {
      values.add(copy(value, depth + 1));
    }
    return new TypedValue.StructOf(reader.names(), values);
  }

  private static @Nullable Object struct(DataType type, List<Field> fields, Object value, int depth) {
    List<String> given = new ArrayList<>();
    List<@Nullable Object> parts = new ArrayList<>();
    switch (value) {
      case Map<?, ?> map ->
          map.forEach((name, part) -> {
            given.add(String.valueOf(name));
            parts.add(part);
          });
      case Record struct -> {
        RecordReader reader = RecordReader.of(struct.getClass());
        given.addAll(reader.names());
        parts.addAll(reader.values(struct));
      }
      default -> {
        return copy(value, depth);
      }
    }
    if (given.size() > fields.size()) {
      throw invalid(
          "there are " + given.size() + " values for the " + fields.size() + " fields of " + type.sql(),
          "give each field one value");
    }
    List<String> names = new ArrayList<>(fields.size());
    List<@Nullable Object> values = new ArrayList<>(fields.size());
    for (Field field : fields) {
      int place = place(given, field.name());
      if (place < 0) {
        throw invalid(
            "there is no value for the field '" + field.name() + "' of " + type.sql(), "give each field one value");
      }
      names.add(field.name());
      values.add(copy(field.type(), parts.get(place), depth + 1));
    }
    return new TypedValue.StructOf(names, values);
  }

  /// Where a name stands, the way SQL finds it: the same case wins, otherwise case does not matter.
  private static int place(List<String> names, String name) {
    int same = names.indexOf(name);
    for (int i = 0; same < 0 && i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        same = i;
      }
    }
    return same;
  }

  /// A BIT has one bit at least.
  private static String text(BitSet bits) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.max(bits.length(), 1); i++) {
      text.append(bits.get(i) ? '1' : '0');
    }
    return text.toString();
  }

  static String inParentheses(List<Field> fields) {
    return fields.stream()
        .map(field -> SqlNames.identifier(field.name()) + " " + SqlValue.castable(field.type()))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static void requireDepth(int depth) {
    if (depth >= MAX_DEPTH) {
      throw invalid(
          "a parameter is nested deeper than " + MAX_DEPTH + ", or contains itself", "give it a shape that is flatter");
    }
  }

  static InvalidInputException invalid(String message, String hint) {
    return new InvalidInputException(Details.of(ErrorCode.INVALID_INPUT, message, hint));
  }
}
