package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

/// Writes a column of INTEGER values: whole numbers of 32 bits.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Int32Writer extends FixedWidthWriter {
  Int32Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  public void set(long row, int value) {
    place(row).setAtIndex(JAVA_INT_UNALIGNED, row, value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, int[] values, int from, int count) {
    copyRows(row, values, JAVA_INT_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    set(row, (int) WholeNumbers.between(Integer.MIN_VALUE, Integer.MAX_VALUE, value, field()));
  }
}
