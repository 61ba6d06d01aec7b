package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_text;
import io.dataprism.bindings.generated.dp_value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Lays Java values out as parameters of a statement.
final class ParameterEncoder {
  /// The most digits that DuckDB's DECIMAL holds.
  private static final int MAX_DECIMAL_WIDTH = 38;

  private static final int MAX_HUGEINT_BITS = 127;

  private final ParameterList parameters;
  private final Arena arena;
  private final NativeError.Mapper mapper;

  private ParameterEncoder(ParameterList parameters, Arena arena, NativeError.Mapper mapper) {
    this.parameters = parameters;
    this.arena = arena;
    this.mapper = mapper;
  }

  /// Lays out one list of values.
  static MemorySegment encode(ParameterList parameters, Arena arena, NativeError.Mapper mapper) {
    MemorySegment values = dp_value.allocateArray(parameters.size(), arena);
    new ParameterEncoder(parameters, arena, mapper).putAll(values, 0);
    return values;
  }

  /// Lays out rows of values of the same length, one after the other.
  static MemorySegment encode(List<ParameterList> rows, int width, Arena arena, NativeError.Mapper mapper) {
    MemorySegment values = dp_value.allocateArray(Math.multiplyExact((long) rows.size(), width), arena);
    for (int row = 0; row < rows.size(); row++) {
      new ParameterEncoder(rows.get(row), arena, mapper).putAll(values, (long) row * width);
    }
    return values;
  }

  private void putAll(MemorySegment values, long first) {
    for (int i = 0; i < parameters.size(); i++) {
      Object parameter = parameters.value(i);
      MemorySegment value = dp_value.asSlice(values, first + i);
      try {
        put(value, i, parameter);
      } catch (ArithmeticException e) {
        throw refuse(i, parameter, "is outside the range of its SQL type");
      }
      String name = parameters.name(i);
      if (name != null) {
        Utf8Text text = Utf8Text.of(name, arena);
        dp_text.data(dp_value.name(value), text.data());
        dp_text.length(dp_value.name(value), text.length());
      }
    }
  }

  private void put(MemorySegment out, int index, @Nullable Object parameter) {
    switch (parameter) {
      case null -> dp_value.type(out, Dataprism.DP_VALUE_NULL());
      case Boolean value -> number(out, Dataprism.DP_VALUE_BOOLEAN(), value ? 1 : 0);
      case Byte value -> number(out, Dataprism.DP_VALUE_INT8(), value);
      case Short value -> number(out, Dataprism.DP_VALUE_INT16(), value);
      case Integer value -> number(out, Dataprism.DP_VALUE_INT32(), value);
      case Long value -> number(out, Dataprism.DP_VALUE_INT64(), value);
      case BigInteger value -> hugeint(out, index, value);
      case Float value ->
          number(out, Dataprism.DP_VALUE_FLOAT32(), Integer.toUnsignedLong(Float.floatToRawIntBits(value)));
      case Double value -> number(out, Dataprism.DP_VALUE_FLOAT64(), Double.doubleToRawLongBits(value));
      case BigDecimal value -> decimal(out, index, value);
      case String value -> {
        Utf8Text text = Utf8Text.of(value, arena);
        bytes(out, Dataprism.DP_VALUE_VARCHAR(), text.data(), text.length());
      }
      case byte[] value ->
          bytes(out, Dataprism.DP_VALUE_BLOB(), arena.allocateFrom(ValueLayout.JAVA_BYTE, value), value.length);
      case LocalDate value -> number(out, Dataprism.DP_VALUE_DATE(), value.toEpochDay());
      case LocalTime value -> number(out, Dataprism.DP_VALUE_TIME(), value.toNanoOfDay() / 1_000);
      case LocalDateTime value -> timestamp(out, value.toInstant(ZoneOffset.UTC));
      case Instant value -> number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ(), micros(value));
      case OffsetDateTime value -> number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ(), micros(value.toInstant()));
      case ZonedDateTime value -> number(out, Dataprism.DP_VALUE_TIMESTAMP_TZ(), micros(value.toInstant()));
      case Period value -> period(out, value);
      case Duration value ->
          interval(
              out, 0, 0, Math.addExact(Math.multiplyExact(value.getSeconds(), 1_000_000), value.getNano() / 1_000));
      case UUID value ->
          wide(out, Dataprism.DP_VALUE_UUID(), value.getMostSignificantBits(), value.getLeastSignificantBits());
      default -> throw refuse(index, parameter, "has no SQL type");
    }
  }

  /// A timestamp keeps its nanoseconds where there are any, at the price of a shorter range.
  private static void timestamp(MemorySegment out, Instant value) {
    if (value.getNano() % 1_000 == 0) {
      number(out, Dataprism.DP_VALUE_TIMESTAMP(), micros(value));
    } else {
      long nanos = Math.addExact(Math.multiplyExact(value.getEpochSecond(), 1_000_000_000L), value.getNano());
      number(out, Dataprism.DP_VALUE_TIMESTAMP_NS(), nanos);
    }
  }

  private static long micros(Instant value) {
    return Math.addExact(Math.multiplyExact(value.getEpochSecond(), 1_000_000L), value.getNano() / 1_000);
  }

  private void hugeint(MemorySegment out, int index, BigInteger value) {
    if (value.bitLength() > MAX_HUGEINT_BITS) {
      throw refuse(index, value, "does not fit HUGEINT");
    }
    wide(out, Dataprism.DP_VALUE_INT128(), value.shiftRight(Long.SIZE).longValue(), value.longValue());
  }

  private void decimal(MemorySegment out, int index, BigDecimal value) {
    // A negative scale stands for trailing zeros, which SQL writes out.
    BigDecimal plain = value.scale() < 0 ? value.setScale(0) : value;
    int width = Math.max(plain.precision(), Math.max(plain.scale(), 1));
    if (width > MAX_DECIMAL_WIDTH) {
      throw refuse(index, value, "needs " + width + " digits, and DECIMAL holds " + MAX_DECIMAL_WIDTH);
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

  private static void bytes(MemorySegment out, int type, MemorySegment data, long length) {
    dp_value.type(out, type);
    dp_value.data(out, data);
    dp_value.length(out, length);
  }

  private RuntimeException refuse(int index, @Nullable Object parameter, String why) {
    String type = parameter == null ? "null" : parameter.getClass().getName();
    return mapper.map(
        NativeError.of(
            NativeError.INVALID_INPUT,
            parameters.describe(index) + " of type " + type + " " + why,
            "pass a value of one of the types that Session.query lists"));
  }
}
