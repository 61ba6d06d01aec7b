package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Writes a column of FLOAT values: IEEE 754 numbers of 32 bits.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Float32Writer extends FixedWidthWriter {
  Float32Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  public void set(long row, float value) {
    place(row).setAtIndex(JAVA_FLOAT_UNALIGNED, row, value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, float[] values, int from, int count) {
    copyRows(row, values, JAVA_FLOAT_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    switch (value) {
      case Double number -> finite(row, number, !number.isInfinite());
      case Float number -> set(row, number);
      case Byte number -> set(row, number);
      case Short number -> set(row, number);
      case Integer number -> set(row, number);
      case Long number -> set(row, number);
      case BigInteger number -> finite(row, number, true);
      case BigDecimal number -> finite(row, number, true);
      default -> throw RefusedValue.ofClass(value, field(), "a number");
    }
  }

  /// A number that is finite stays so.
  private void finite(long row, Number number, boolean isFinite) {
    float nearest = number.floatValue();
    if (isFinite && Float.isInfinite(nearest)) {
      throw RefusedValue.outOfRange(number, field());
    }
    set(row, nearest);
  }
}
