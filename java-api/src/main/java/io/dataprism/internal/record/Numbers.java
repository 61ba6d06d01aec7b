package io.dataprism.internal.record;

import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Numbers of one type as numbers of another, where nothing is lost or each value can be checked.
final class Numbers {
  private static final Map<Class<?>, Class<?>> BOXES =
      Map.of(
          boolean.class, Boolean.class,
          char.class, Character.class,
          byte.class, Byte.class,
          short.class, Short.class,
          int.class, Integer.class,
          long.class, Long.class,
          float.class, Float.class,
          double.class, Double.class);

  private static final Set<Class<?>> WHOLE =
      Set.of(Byte.class, Short.class, Integer.class, Long.class, BigInteger.class, BigDecimal.class);

  private Numbers() {}

  static Class<?> box(Class<?> primitive) {
    return Objects.requireNonNull(BOXES.get(primitive));
  }

  /// Whether there is a way from a type of columns to a class of boxes.
  static boolean convert(DataType from, Class<?> to) {
    if (!(from instanceof Scalar scalar)) {
      return false;
    }
    return switch (scalar) {
      case TINYINT, SMALLINT, UTINYINT, USMALLINT -> WHOLE.contains(to) || to == Double.class || to == Float.class;
      case INTEGER, UINTEGER -> WHOLE.contains(to) || to == Double.class;
      case BIGINT, UBIGINT, HUGEINT, UHUGEINT, BIGNUM -> WHOLE.contains(to);
      case FLOAT -> to == Double.class;
      default -> false;
    };
  }

  /// A number as one of another class.
  ///
  /// @throws CellException if it is out of the range of that class
  static @Nullable Object converted(@Nullable Object value, Class<?> to, Target target, Field field) {
    if (!(value instanceof Number number)) {
      return null;
    }
    if (to == Double.class) {
      return number.doubleValue();
    }
    if (to == Float.class) {
      return number.floatValue();
    }
    if (to == BigDecimal.class || to == BigInteger.class) {
      BigInteger whole = number instanceof BigInteger big ? big : BigInteger.valueOf(number.longValue());
      return to == BigInteger.class ? whole : new BigDecimal(whole);
    }
    if (number instanceof BigInteger big && big.bitLength() >= Long.SIZE) {
      throw outOfRange(number, target, field);
    }
    long whole = number.longValue();
    Object narrowed = narrowed(whole, to);
    if (((Number) narrowed).longValue() != whole) {
      throw outOfRange(number, target, field);
    }
    return narrowed;
  }

  private static Object narrowed(long whole, Class<?> to) {
    if (to == Long.class) {
      return whole;
    }
    if (to == Integer.class) {
      return (int) whole;
    }
    return to == Short.class ? (Object) (short) whole : (Object) (byte) whole;
  }

  private static CellException outOfRange(Number number, Target target, Field field) {
    return target.cannotHold(
        number + ", which column '" + field.name() + "' has",
        "make the component " + (number instanceof BigInteger ? "BigInteger" : "long"));
  }
}
