package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/// Writes a column of TINYINT values: whole numbers of 8 bits.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Int8Writer extends FixedWidthWriter {
  Int8Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  public void set(long row, byte value) {
    place(row).set(JAVA_BYTE, row, value);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, byte[] values, int from, int count) {
    copyRows(row, values, JAVA_BYTE, from, count);
  }

  @Override
  void put(long row, Object value) {
    set(row, (byte) WholeNumbers.between(Byte.MIN_VALUE, Byte.MAX_VALUE, value, field()));
  }
}
