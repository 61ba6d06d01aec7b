package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;

/// Writes a column of DECIMAL values: whole numbers, to be divided by ten to the power of [#scale()].
///
/// How values and NULL are written is told by [ColumnWriter].
public final class DecimalWriter extends FixedWidthWriter {
  private static final int MAX_SHORT_PRECISION = 4;

  private final int precision;
  private final int scale;

  DecimalWriter(WriterPlace place, DataType.Decimal type) {
    // Arrow has no decimals of 16 bits, in which DuckDB keeps short ones.
    super(place, place.isVector() && type.precision() <= MAX_SHORT_PRECISION ? Short.BYTES : place.layout().width());
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

  /// Writes the value of a row.
  ///
  /// @throws InvalidInputException if the value has more decimals than the column, zeros not counted, or more digits
  public void set(long row, BigDecimal value) {
    try {
      putDecimal(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  /// Writes the value of a row without its point, so 1234 for 12.34 where the scale is 2.
  ///
  /// @throws InvalidInputException if the value has more digits than the column
  public void setUnscaled(long row, long value) {
    set(row, BigDecimal.valueOf(value, scale));
  }

  @Override
  void put(long row, Object value) {
    putDecimal(row, value instanceof BigDecimal decimal ? decimal : new BigDecimal(WholeNumbers.of(value, field())));
  }

  private void putDecimal(long row, BigDecimal value) {
    BigInteger number = unscaled(value);
    MemorySegment place = place(row);
    switch (byteWidth()) {
      case Short.BYTES -> place.setAtIndex(JAVA_SHORT_UNALIGNED, row, number.shortValue());
      case Integer.BYTES -> place.setAtIndex(JAVA_INT_UNALIGNED, row, number.intValue());
      case Long.BYTES -> place.setAtIndex(JAVA_LONG_UNALIGNED, row, number.longValue());
      default -> {
        place.setAtIndex(JAVA_LONG_UNALIGNED, 2 * row, number.longValue());
        place.setAtIndex(JAVA_LONG_UNALIGNED, 2 * row + 1, Int128.high(number));
      }
    }
  }

  private BigInteger unscaled(BigDecimal value) {
    // Asked first, for writing out the zeros of a number such as 1E+999999999 would take forever.
    BigDecimal shortest = value.stripTrailingZeros();
    if (shortest.signum() != 0 && shortest.precision() - shortest.scale() > precision - scale) {
      throw RefusedValue.outOfRange(value, field());
    }
    if (shortest.scale() > scale) {
      throw new RefusedValue(
          value + " has more decimals than " + field().type().sql(), "round it to " + scale + " decimals");
    }
    return shortest.setScale(scale).unscaledValue();
  }
}
