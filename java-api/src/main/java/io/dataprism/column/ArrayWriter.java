package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.schema.DataType;
import java.util.Collections;
import java.util.List;

/// Writes a column of ARRAY values, lists that all have the same length, row by row in growing order.
///
/// The elements of all arrays are one column, [#elements()]; those of row `r` are its rows from `r * length()`.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class ArrayWriter extends ColumnWriter {
  private final int length;
  private final ColumnWriter elements;

  ArrayWriter(WriterPlace place, DataType.ArrayOf type) {
    super(place);
    this.length = type.length();
    this.elements = WriterKinds.make(place.child(0));
  }

  /// The elements of all arrays, one after the other.
  public ColumnWriter elements() {
    return elements;
  }

  /// How many elements each array has.
  public int length() {
    return length;
  }

  /// Begins the array of a row. Elements that are not written before the next array are NULL.
  ///
  /// @return the row of [#elements()] of the first one
  /// @throws IllegalStateException if the row is before the last one, or more elements were written than the arrays
  ///   before have
  public long begin(long row) {
    requireNext(row);
    long start = Math.multiplyExact(row, length);
    Elements.requireUnwritten(elements, start);
    touch(row);
    markValid(row);
    return start;
  }

  @Override
  public void setNull(long row) {
    requireNext(row);
    super.setNull(row);
  }

  @Override
  void put(long row, Object value) {
    Elements.Source source = Elements.source(value, field());
    if (source.length() != length) {
      throw new RefusedValue(
          source.length() + " elements are no " + field().type().sql(), "give " + length + " elements");
    }
    long start = begin(row);
    for (int i = 0; i < length; i++) {
      try {
        elements.putAny(start + i, source.element(i));
      } catch (RefusedValue e) {
        throw e.in("[" + i + "]");
      }
    }
  }

  @Override
  long grow(long rows) {
    // Elements grow as they are written.
    return Long.MAX_VALUE;
  }

  @Override
  void rewind(long rows) {
    super.rewind(rows);
    elements.rewind(rowCount() * length);
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    Elements.requireUnwritten(elements, rows * length);
    long nulls = nullCount();
    List<ArrowMemory.Parts> children = List.of(elements.finish(rows * length));
    return new ArrowMemory.Parts(rows, nulls, Collections.singletonList(validityFor(nulls)), children, null);
  }
}
