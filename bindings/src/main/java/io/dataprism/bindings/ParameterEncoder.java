package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_text;
import io.dataprism.bindings.generated.dp_value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
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
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Lays Java values out as parameters of a statement.
final class ParameterEncoder {
  /// The most digits that DuckDB's DECIMAL holds.
  private static final int MAX_DECIMAL_WIDTH = 38;

  private static final long NO_ROW = -1;

  private static final int MAX_HUGEINT_BITS = 127;

  /// The largest offset of a TIME WITH TIME ZONE, in seconds.
  private static final int MAX_TIME_OFFSET = 16 * 60 * 60 - 1;

  /// The days of an infinite DATE, and the number of any infinite timestamp; the negative infinity is their negation.
  private static final long INFINITE_DAYS = Integer.MAX_VALUE;

  private static final long INFINITE_TIME = Long.MAX_VALUE;

  private static final String TYPES_HINT = "pass a value of one of the types that Engine.query lists";

  private final Arena arena;

  private ParameterEncoder(Arena arena) {
    this.arena = arena;
  }

  /// Lays out one list of values.
  static MemorySegment encode(ParameterList parameters, Arena arena, NativeError.Mapper mapper) {
    MemorySegment values = dp_value.allocateArray(parameters.size(), arena);
    new ParameterEncoder(arena).putAll(parameters, values, 0, mapper, NO_ROW);
    return values;
  }

  /// Lays out rows of values of the same length, one after the other.
  ///
  /// @param firstRow the number of the first row in messages
  static MemorySegment encode(
      List<ParameterList> rows, int width, long firstRow, Arena arena, NativeError.Mapper mapper) {
    MemorySegment values = dp_value.allocateArray(Math.multiplyExact((long) rows.size(), width), arena);
    ParameterEncoder encoder = new ParameterEncoder(arena);
    for (int row = 0; row < rows.size(); row++) {
      encoder.putAll(rows.get(row), values, (long) row * width, mapper, firstRow + row);
    }
    return values;
  }

  private void putAll(ParameterList parameters, MemorySegment values, long first, NativeError.Mapper mapper, long row) {
    for (int i = 0; i < parameters.size(); i++) {
      Object parameter = parameters.value(i);
      MemorySegment value = dp_value.asSlice(values, first + i);
      try {
        put(value, parameter, null);
      } catch (RefusedValueException | ArithmeticException e) {
        String where = row == NO_ROW ? "" : "row " + row + " of the parameters: ";
        throw mapper.map(refusal(e, parameter).error(where + parameters.describe(i)));
      }
      String name = parameters.name(i);
      if (name != null) {
        name(value, name);
      }
    }
  }

  /// @param shape what the value has to have in common with others, or null
  private void put(MemorySegment out, @Nullable Object parameter, @Nullable ElementShape shape) {
    switch (parameter) {
      case null -> dp_value.type(out, Dataprism.DP_VALUE_NULL());
      case Boolean value -> number(out, Dataprism.DP_VALUE_BOOLEAN(), value ? 1 : 0);
      case Byte value -> number(out, Dataprism.DP_VALUE_INT8(), value);
      case Short value -> number(out, Dataprism.DP_VALUE_INT16(), value);
      case Integer value -> number(out, Dataprism.DP_VALUE_INT32(), value);
      case Long value -> number(out, Dataprism.DP_VALUE_INT64(), value);
      case BigInteger value -> hugeint(out, value);
      case Float value -> number(out, Dataprism.DP_VALUE_FLOAT32(), bits(value.floatValue()));
      case Double value -> number(out, Dataprism.DP_VALUE_FLOAT64(), bits(value.doubleValue()));
      case BigDecimal value -> decimal(out, value);
      case String value -> text(out, Dataprism.DP_VALUE_VARCHAR(), value);
      case byte[] value ->
          bytes(out, Dataprism.DP_VALUE_BLOB(), arena.allocateFrom(ValueLayout.JAVA_BYTE, value), value.length);
      case LocalDate value -> number(out, Dataprism.DP_VALUE_DATE(), days(value));
      case LocalTime value -> number(out, Dataprism.DP_VALUE_TIME(), value.toNanoOfDay() / 1_000);
      case OffsetTime value -> timeTz(out, value);
      case LocalDateTime value -> timestamp(out, value);
      case Instant value -> number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ(), micros(value));
      case OffsetDateTime value -> number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ(), micros(instant(value)));
      case ZonedDateTime value -> number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ(), micros(value.toInstant()));
      case Period value -> period(out, value);
      case Duration value ->
          interval(
              out, 0, 0, Math.addExact(Math.multiplyExact(value.getSeconds(), 1_000_000), value.getNano() / 1_000));
      case UUID value ->
          wide(out, Dataprism.DP_VALUE_UUID(), value.getMostSignificantBits(), value.getLeastSignificantBits());
      case TypedValue value -> {
        typed(out, value, shape);
        return;
      }
      default -> {
        if (!array(out, parameter, shape)) {
          throw new RefusedValueException(parameter, "has no SQL type", TYPES_HINT);
        }
        return;
      }
    }
    if (shape != null) {
      shape.accept(dp_value.type(out), null, parameter);
    }
  }

  private void typed(MemorySegment out, TypedValue typed, @Nullable ElementShape shape) {
    if (shape != null) {
      accept(typed, shape);
    }
    switch (typed) {
      case TypedValue.ListOf(List<? extends @Nullable Object> elements) -> list(out, elements, shape);
      case TypedValue.StructOf(List<String> names, List<? extends @Nullable Object> values) ->
          struct(out, names, values, shape);
      case TypedValue.MapOf(List<? extends @Nullable Object> keys, List<? extends @Nullable Object> values) ->
          map(out, keys, values, shape);
      case TypedValue.Cast(String type, boolean _, Object value) -> {
        put(children(out, Dataprism.DP_VALUE_CAST(), 1), value, null);
        text(out, Dataprism.DP_VALUE_CAST(), type);
      }
      case TypedValue.Interval(int months, int days, long micros) -> interval(out, months, days, micros);
      case TypedValue.TimeNanos(LocalTime time) -> number(out, Dataprism.DP_VALUE_TIME_NS(), time.toNanoOfDay());
      case TypedValue.InstantNanos(Instant instant) ->
          number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ_NS(), isInfinite(instant) ? micros(instant) : nanos(instant));
    }
  }

  /// Before its parts, which have less to say of what does not go together.
  private static void accept(TypedValue typed, ElementShape shape) {
    switch (typed) {
      case TypedValue.ListOf _ -> shape.accept(Dataprism.DP_VALUE_LIST(), null, typed);
      case TypedValue.StructOf struct -> shape.accept(Dataprism.DP_VALUE_STRUCT(), struct.names(), typed);
      case TypedValue.MapOf _ -> shape.accept(Dataprism.DP_VALUE_MAP(), null, typed);
      case TypedValue.Cast cast -> shape.accept(Dataprism.DP_VALUE_CAST(), cast.type(), typed);
      case TypedValue.Interval _ -> shape.accept(Dataprism.DP_VALUE_INTERVAL(), null, typed);
      case TypedValue.TimeNanos _ -> shape.accept(Dataprism.DP_VALUE_TIME_NS(), null, typed);
      case TypedValue.InstantNanos _ -> shape.accept(Dataprism.DP_VALUE_TIMESTAMP_TZ_NS(), null, typed);
    }
  }

  private void list(MemorySegment out, List<? extends @Nullable Object> elements, @Nullable ElementShape shape) {
    MemorySegment children = children(out, Dataprism.DP_VALUE_LIST(), elements.size());
    ElementShape element = shape == null ? new ElementShape() : shape.part(0);
    for (int i = 0; i < elements.size(); i++) {
      Object value = elements.get(i);
      try {
        put(dp_value.asSlice(children, i), value, element);
      } catch (RefusedValueException | ArithmeticException e) {
        throw refusal(e, value).in("[" + i + "]");
      }
    }
  }

  private void struct(
      MemorySegment out, List<String> names, List<? extends @Nullable Object> values, @Nullable ElementShape shape) {
    MemorySegment children = children(out, Dataprism.DP_VALUE_STRUCT(), names.size());
    for (int i = 0; i < names.size(); i++) {
      Object value = values.get(i);
      MemorySegment child = dp_value.asSlice(children, i);
      try {
        put(child, value, shape == null ? null : shape.part(i));
      } catch (RefusedValueException | ArithmeticException e) {
        throw refusal(e, value).in("." + names.get(i));
      }
      name(child, names.get(i));
    }
  }

  private void map(
      MemorySegment out,
      List<? extends @Nullable Object> keys,
      List<? extends @Nullable Object> values,
      @Nullable ElementShape shape) {
    MemorySegment children = children(out, Dataprism.DP_VALUE_MAP(), Math.multiplyExact(keys.size(), 2));
    ElementShape keyShape = shape == null ? new ElementShape() : shape.part(0);
    ElementShape valueShape = shape == null ? new ElementShape() : shape.part(1);
    for (int i = 0; i < keys.size(); i++) {
      Object key = keys.get(i);
      Object value = values.get(i);
      boolean inKey = true;
      try {
        if (key == null) {
          throw new RefusedValueException(null, "is no key of a MAP", "leave the entry out");
        }
        put(dp_value.asSlice(children, 2L * i), key, keyShape);
        inKey = false;
        put(dp_value.asSlice(children, 2L * i + 1), value, valueShape);
      } catch (RefusedValueException | ArithmeticException e) {
        throw inKey ? refusal(e, key).in(", key " + i + ",") : refusal(e, value).in(", value " + i + ",");
      }
    }
  }

  /// Lays an array of primitives out as a LIST, and tells whether it is one.
  private boolean array(MemorySegment out, Object array, @Nullable ElementShape shape) {
    int type =
        switch (array) {
          case boolean[] _ -> Dataprism.DP_VALUE_BOOLEAN();
          case short[] _ -> Dataprism.DP_VALUE_INT16();
          case int[] _ -> Dataprism.DP_VALUE_INT32();
          case long[] _ -> Dataprism.DP_VALUE_INT64();
          case float[] _ -> Dataprism.DP_VALUE_FLOAT32();
          case double[] _ -> Dataprism.DP_VALUE_FLOAT64();
          default -> Dataprism.DP_VALUE_NULL();
        };
    if (type == Dataprism.DP_VALUE_NULL()) {
      return false;
    }
    int length = Array.getLength(array);
    if (shape != null) {
      shape.accept(Dataprism.DP_VALUE_LIST(), null, array);
      if (length > 0) {
        shape.part(0).accept(type, null, array);
      }
    }
    MemorySegment children = children(out, Dataprism.DP_VALUE_LIST(), length);
    for (int i = 0; i < length; i++) {
      number(dp_value.asSlice(children, i), type, bits(array, i));
    }
    return true;
  }

  /// An element of an array of primitives, as the lower 64 bits of its value.
  private static long bits(Object array, int index) {
    return switch (array) {
      case boolean[] values -> values[index] ? 1 : 0;
      case short[] values -> values[index];
      case int[] values -> values[index];
      case long[] values -> values[index];
      case float[] values -> bits(values[index]);
      case double[] values -> bits(values[index]);
      default -> throw new IllegalArgumentException(array.getClass() + " is no array of primitives with an SQL type");
    };
  }

  private MemorySegment children(MemorySegment out, int type, int count) {
    MemorySegment children = count == 0 ? MemorySegment.NULL : dp_value.allocateArray(count, arena);
    dp_value.type(out, type);
    dp_value.children(out, children);
    dp_value.child_count(out, count);
    return children;
  }

  private static long days(LocalDate value) {
    if (value.equals(LocalDate.MAX)) {
      return INFINITE_DAYS;
    }
    return value.equals(LocalDate.MIN) ? -INFINITE_DAYS : value.toEpochDay();
  }

  private static void timeTz(MemorySegment out, OffsetTime value) {
    long micros = value.toLocalTime().toNanoOfDay() / 1_000;
    int offset = value.getOffset().getTotalSeconds();
    if (Math.abs(offset) > MAX_TIME_OFFSET) {
      throw new ArithmeticException("the offset is 16 hours or more");
    }
    wide(out, Dataprism.DP_VALUE_TIME_TZ(), offset, micros);
  }

  /// `OffsetDateTime` has limits of its own, which stand for infinity too.
  private static Instant instant(OffsetDateTime value) {
    if (value.equals(OffsetDateTime.MAX)) {
      return Instant.MAX;
    }
    return value.equals(OffsetDateTime.MIN) ? Instant.MIN : value.toInstant();
  }

  private static boolean isInfinite(Instant value) {
    return value.equals(Instant.MAX) || value.equals(Instant.MIN);
  }

  /// A timestamp keeps its nanoseconds where there are any, at the price of a shorter range.
  private static void timestamp(MemorySegment out, LocalDateTime value) {
    if (value.equals(LocalDateTime.MAX)) {
      number(out, Dataprism.DP_VALUE_TIMESTAMP(), INFINITE_TIME);
    } else if (value.equals(LocalDateTime.MIN)) {
      number(out, Dataprism.DP_VALUE_TIMESTAMP(), -INFINITE_TIME);
    } else {
      Instant instant = value.toInstant(ZoneOffset.UTC);
      if (instant.equals(instant.truncatedTo(ChronoUnit.MICROS))) {
        number(out, Dataprism.DP_VALUE_TIMESTAMP(), micros(instant));
      } else {
        number(out, Dataprism.DP_VALUE_TIMESTAMP_NS(), nanos(instant));
      }
    }
  }

  private static long micros(Instant value) {
    if (value.equals(Instant.MAX)) {
      return INFINITE_TIME;
    }
    if (value.equals(Instant.MIN)) {
      return -INFINITE_TIME;
    }
    return sinceEpoch(value.getEpochSecond(), value.getNano() / 1_000, 1_000_000);
  }

  private static long nanos(Instant value) {
    return sinceEpoch(value.getEpochSecond(), value.getNano(), 1_000_000_000);
  }

  private static long sinceEpoch(long seconds, long fraction, long unitsInSecond) {
    if (seconds < 0 && fraction > 0) {
      // The second before the first that fits may still have moments that do.
      return Math.addExact(Math.multiplyExact(seconds + 1, unitsInSecond), fraction - unitsInSecond);
    }
    return Math.addExact(Math.multiplyExact(seconds, unitsInSecond), fraction);
  }

  private static long bits(float value) {
    return Integer.toUnsignedLong(Float.floatToRawIntBits(value));
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static void hugeint(MemorySegment out, BigInteger value) {
    if (value.bitLength() > MAX_HUGEINT_BITS) {
      throw new RefusedValueException(
          value, "does not fit HUGEINT", "pass it as an UHUGEINT or BIGNUM, with SqlValue.of");
    }
    wide(out, Dataprism.DP_VALUE_INT128(), value.shiftRight(Long.SIZE).longValue(), value.longValue());
  }

  private static void decimal(MemorySegment out, BigDecimal value) {
    // A negative scale stands for trailing zeros, which SQL writes out.
    BigDecimal plain = value.scale() < 0 ? value.setScale(0) : value;
    int width = Math.max(plain.precision(), Math.max(plain.scale(), 1));
    if (width > MAX_DECIMAL_WIDTH) {
      throw new RefusedValueException(
          value, "needs " + width + " digits, and DECIMAL holds " + MAX_DECIMAL_WIDTH, "round it, or pass a Double");
    }
    BigInteger unscaled = plain.unscaledValue();
    wide(out, Dataprism.DP_VALUE_DECIMAL(), unscaled.shiftRight(Long.SIZE).longValue(), unscaled.longValue());
    dp_value.width(out, (byte) width);
    dp_value.scale(out, (byte) plain.scale());
  }

  // Months are carried over apart from the days.
  @SuppressWarnings("JavaPeriodGetDays")
  private static void period(MemorySegment out, Period value) {
    interval(out, Math.toIntExact(value.toTotalMonths()), value.getDays(), 0);
  }

  private static void interval(MemorySegment out, int months, int days, long micros) {
    wide(out, Dataprism.DP_VALUE_INTERVAL(), ((long) months << Integer.SIZE) | Integer.toUnsignedLong(days), micros);
  }

  private static void number(MemorySegment out, int type, long value) {
    dp_value.type(out, type);
    dp_value.low(out, value);
  }

  private static void wide(MemorySegment out, int type, long high, long low) {
    number(out, type, low);
    dp_value.high(out, high);
  }

  private void text(MemorySegment out, int type, String value) {
    Utf8Text text = Utf8Text.of(value, arena);
    bytes(out, type, text.data(), text.length());
  }

  private static void bytes(MemorySegment out, int type, MemorySegment data, long length) {
    dp_value.type(out, type);
    dp_value.data(out, data);
    dp_value.length(out, length);
  }

  private void name(MemorySegment out, String name) {
    Utf8Text text = Utf8Text.of(name, arena);
    dp_text.data(dp_value.name(out), text.data());
    dp_text.length(dp_value.name(out), text.length());
  }

  private static RefusedValueException refusal(RuntimeException e, @Nullable Object value) {
    return e instanceof RefusedValueException refused
        ? refused
        : new RefusedValueException(value, "is outside the range of its SQL type", TYPES_HINT);
  }
}
