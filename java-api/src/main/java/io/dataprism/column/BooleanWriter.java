package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.util.Objects;

/// Writes a column of BOOLEAN values, one byte each.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class BooleanWriter extends FixedWidthWriter {
  BooleanWriter(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  public void set(long row, boolean value) {
    place(row).set(JAVA_BYTE, row, (byte) (value ? 1 : 0));
  }

  /// Writes consecutive rows. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the values
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, boolean[] values, int from, int count) {
    Objects.checkFromIndexSize(from, count, values.length);
    for (int i = 0; i < count; i++) {
      set(row + i, values[from + i]);
    }
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof Boolean truth)) {
      throw RefusedValue.ofClass(value, field(), "a Boolean");
    }
    set(row, truth);
  }
}
