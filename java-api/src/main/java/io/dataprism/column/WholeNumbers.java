package io.dataprism.column;

import io.dataprism.schema.Field;
import java.math.BigDecimal;
import java.math.BigInteger;

/// Whole numbers out of Java's classes of numbers.
final class WholeNumbers {
  private static final String EXPECTED = "a whole number: Byte, Short, Integer, Long or BigInteger";

  private WholeNumbers() {}

  /// A number in a range.
  static long between(long least, long greatest, Object value, Field field) {
    long number =
        switch (value) {
          case Long whole -> whole;
          case Integer whole -> whole;
          case Short whole -> whole;
          case Byte whole -> whole;
          default -> {
            BigInteger whole = of(value, field);
            if (whole.bitLength() >= Long.SIZE) {
              throw RefusedValue.outOfRange(value, field);
            }
            yield whole.longValue();
          }
        };
    if (number < least || number > greatest) {
      throw RefusedValue.outOfRange(value, field);
    }
    return number;
  }

  static BigInteger of(Object value, Field field) {
    return switch (value) {
      case BigInteger whole -> whole;
      case Long whole -> BigInteger.valueOf(whole);
      case Integer whole -> BigInteger.valueOf(whole);
      case Short whole -> BigInteger.valueOf(whole);
      case Byte whole -> BigInteger.valueOf(whole);
      case BigDecimal decimal -> {
        try {
          yield decimal.toBigIntegerExact();
        } catch (ArithmeticException e) {
          throw new RefusedValue(decimal + " is no whole number, which " + field.type().sql() + " wants", "round it");
        }
      }
      default -> throw RefusedValue.ofClass(value, field, EXPECTED);
    };
  }
}
