package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

/// Writes a column of SMALLINT values: whole numbers of 16 bits.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Int16Writer extends FixedWidthWriter {
  Int16Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  public void set(long row, short value) {
    place(row).setAtIndex(JAVA_SHORT_UNALIGNED, row, value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, short[] values, int from, int count) {
    copyRows(row, values, JAVA_SHORT_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    set(row, (short) WholeNumbers.between(Short.MIN_VALUE, Short.MAX_VALUE, value, field()));
  }
}
