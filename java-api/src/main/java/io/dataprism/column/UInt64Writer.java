package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.math.BigInteger;

/// Writes a column of UBIGINT values: whole numbers of 64 bits, none negative.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class UInt64Writer extends FixedWidthWriter {
  UInt64Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  ///
  /// @param value 64 bits, read as unsigned
  public void set(long row, long value) {
    place(row).setAtIndex(JAVA_LONG_UNALIGNED, row, value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values, read as unsigned
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, long[] values, int from, int count) {
    copyRows(row, values, JAVA_LONG_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    BigInteger number = WholeNumbers.of(value, field());
    if (number.signum() < 0 || number.bitLength() > Long.SIZE) {
      throw RefusedValue.outOfRange(value, field());
    }
    set(row, number.longValue());
  }
}
