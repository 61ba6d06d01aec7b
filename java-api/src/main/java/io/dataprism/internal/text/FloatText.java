package io.dataprism.internal.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.function.Predicate;

/// Floating-point numbers as DuckDB writes them: as few digits as tell the number apart from its neighbours, with an
/// exponent where the number is long.
final class FloatText {
  private static final int SMALLEST_EXPONENT = -4;
  private static final int GREATEST_EXPONENT = 15;

  private FloatText() {}

  static String of(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
      return special(value);
    }
    return of(new BigDecimal(Double.toString(value)), shorter -> shorter.doubleValue() == value);
  }

  static String of(float value) {
    if (Float.isNaN(value) || Float.isInfinite(value) || value == 0) {
      return special(value);
    }
    BigDecimal written = new BigDecimal(Float.toString(value)).stripTrailingZeros();
    BigDecimal error = new BigDecimal(value).subtract(written).abs();
    if (error.compareTo(new BigDecimal(BigInteger.valueOf(5), written.scale() + 1)) == 0) {
      // Two texts are equally near; DuckDB then takes neither, but as many digits as a DOUBLE of this value has.
      return of((double) value);
    }
    return of(written, shorter -> shorter.floatValue() == value);
  }

  private static String special(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return 1 / value > 0 ? "0.0" : "-0.0";
  }

  private static String of(BigDecimal written, Predicate<BigDecimal> isSame) {
    BigDecimal number = written.stripTrailingZeros();
    if (number.precision() == 2) {
      // Java writes two digits where they come closer, even if one is enough.
      BigDecimal shorter = number.round(new MathContext(1)).stripTrailingZeros();
      number = isSame.test(shorter) ? shorter : number;
    }
    int exponent = number.precision() - number.scale() - 1;
    if (exponent < SMALLEST_EXPONENT || exponent > GREATEST_EXPONENT) {
      return scientific(number, exponent);
    }
    String plain = number.toPlainString();
    return number.scale() > 0 ? plain : plain + ".0";
  }

  private static String scientific(BigDecimal number, int exponent) {
    String digits = number.unscaledValue().abs().toString();
    StringBuilder text = new StringBuilder(number.signum() < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    text.append('e').append(exponent < 0 ? '-' : '+');
    return text.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent)).toString();
  }
}
