package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.dataprism.error.InvalidInputException;

/// Writes a column of USMALLINT values: whole numbers of 16 bits, none negative.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class UInt16Writer extends FixedWidthWriter {
  private static final int GREATEST = 0xFFFF;

  UInt16Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  ///
  /// @throws InvalidInputException if the value is negative or takes more than 16 bits
  public void set(long row, int value) {
    if (value < 0 || value > GREATEST) {
      throw refused(row, RefusedValue.outOfRange(value, field()));
    }
    place(row).setAtIndex(JAVA_SHORT_UNALIGNED, row, (short) value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values, read as unsigned
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, short[] values, int from, int count) {
    copyRows(row, values, JAVA_SHORT_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    set(row, (int) WholeNumbers.between(0, GREATEST, value, field()));
  }
}
