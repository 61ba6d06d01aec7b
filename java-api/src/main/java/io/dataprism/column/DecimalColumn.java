package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.schema.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of DECIMAL values: whole numbers, to be divided by ten to the power of [#scale()].
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class DecimalColumn extends FixedWidthColumn {
  private final int precision;
  private final int scale;

  DecimalColumn(Slice slice, DataType.Decimal type) {
    super(slice);
    this.precision = type.precision();
    this.scale = type.scale();
  }

  /// How many digits a value has at most, 1 to 38.
  public int precision() {
    return precision;
  }

  /// How many of them follow the point.
  public int scale() {
    return scale;
  }

  /// The value of a row, with the column's scale, or null.
  public @Nullable BigDecimal get(long row) {
    if (isNull(row)) {
      return null;
    }
    long low = low(row);
    long high = high(row);
    return high == low >> (Long.SIZE - 1)
        ? BigDecimal.valueOf(low, scale)
        : new BigDecimal(Int128.signed(high, low), scale);
  }

  /// The value of a row without its point, so 1234 for 12.34; null where the row is NULL.
  public @Nullable BigInteger unscaled(long row) {
    return isNull(row) ? null : Int128.signed(high(row), low(row));
  }

  /// The value of a row without its point, so 1234 for 12.34; unspecified where the row is NULL.
  ///
  /// Every value of a column whose [#precision()] is 18 or less fits into a long. Beyond that, the lower 64 bits are
  /// returned and [#high] tells the rest.
  public long low(long row) {
    Objects.checkIndex(row, rowCount());
    return switch (byteWidth()) {
      case Integer.BYTES -> values().getAtIndex(JAVA_INT_UNALIGNED, row);
      case Long.BYTES -> values().getAtIndex(JAVA_LONG_UNALIGNED, row);
      default -> values().getAtIndex(JAVA_LONG_UNALIGNED, 2 * row);
    };
  }

  /// The upper 64 bits of a row's value without its point, two's complement; unspecified where the row is NULL.
  public long high(long row) {
    return byteWidth() > Long.BYTES
        ? values().getAtIndex(JAVA_LONG_UNALIGNED, 2 * Objects.checkIndex(row, rowCount()) + 1)
        : low(row) >> (Long.SIZE - 1);
  }

  /// The value of a row, or null.
  @Override
  public @Nullable BigDecimal getObject(long row) {
    return get(row);
  }
}
