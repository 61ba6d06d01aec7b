package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.dataprism.error.InvalidInputException;

/// Writes a column of UINTEGER values: whole numbers of 32 bits, none negative.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class UInt32Writer extends FixedWidthWriter {
  private static final long GREATEST = 0xFFFF_FFFFL;

  UInt32Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  ///
  /// @throws InvalidInputException if the value is negative or takes more than 32 bits
  public void set(long row, long value) {
    if (value < 0 || value > GREATEST) {
      throw refused(row, RefusedValue.outOfRange(value, field()));
    }
    place(row).setAtIndex(JAVA_INT_UNALIGNED, row, (int) value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values, read as unsigned
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, int[] values, int from, int count) {
    copyRows(row, values, JAVA_INT_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    set(row, WholeNumbers.between(0, GREATEST, value, field()));
  }
}
