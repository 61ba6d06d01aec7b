package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// Writes a column of BIGINT values: whole numbers of 64 bits.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Int64Writer extends FixedWidthWriter {
  Int64Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  public void set(long row, long value) {
    place(row).setAtIndex(JAVA_LONG_UNALIGNED, row, value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, long[] values, int from, int count) {
    copyRows(row, values, JAVA_LONG_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    set(row, WholeNumbers.between(Long.MIN_VALUE, Long.MAX_VALUE, value, field()));
  }
}
