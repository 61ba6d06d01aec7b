package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import java.time.LocalDate;

/// Writes a column of DATE values. [LocalDate#MAX] is DuckDB's `infinity` and [LocalDate#MIN] its `-infinity`.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class DateWriter extends FixedWidthWriter {
  private static final int INFINITY = Integer.MAX_VALUE;

  DateWriter(WriterPlace place) {
    super(place);
  }

  /// Writes the date of a row.
  ///
  /// @throws InvalidInputException if DuckDB has no such date
  public void set(long row, LocalDate value) {
    try {
      put(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  /// Writes the date of a row.
  ///
  /// @param value the days since 1970-01-01
  public void setEpochDay(long row, int value) {
    place(row).setAtIndex(JAVA_INT_UNALIGNED, row, value);
  }

  /// Writes the dates of consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values the days since 1970-01-01
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, int[] values, int from, int count) {
    copyRows(row, values, JAVA_INT_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof LocalDate date)) {
      throw RefusedValue.ofClass(value, field(), "a LocalDate");
    }
    setEpochDay(row, epochDay(date));
  }

  private int epochDay(LocalDate date) {
    if (date.equals(LocalDate.MAX)) {
      return INFINITY;
    }
    if (date.equals(LocalDate.MIN)) {
      return -INFINITY;
    }
    long day = date.toEpochDay();
    if (day <= -INFINITY || day >= INFINITY) {
      throw RefusedValue.outOfRange(date, field());
    }
    return (int) day;
  }
}
