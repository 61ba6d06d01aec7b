package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import java.util.Arrays;
import java.util.List;

/// Writes a column of LIST values, row by row in growing order.
///
/// The elements of all lists are one column, [#elements()]:
///
/// ```java
/// Int32Writer elements = (Int32Writer) scores.elements();
/// long start = scores.begin(row, 2);
/// elements.set(start, 10);
/// elements.set(start + 1, 20);
/// ```
///
/// How values and NULL are written is told by [ColumnWriter].
public final class ListWriter extends ColumnWriter {
  private final Offsets offsets;
  private final ColumnWriter elements;

  ListWriter(WriterPlace place) {
    super(place);
    this.offsets = new Offsets(place.growingMemory(), Long.BYTES);
    this.elements = WriterKinds.make(place.child(0));
  }

  /// The elements of all lists, one after the other.
  public ColumnWriter elements() {
    return elements;
  }

  /// Begins the list of a row. Elements that are not written before the next list are NULL.
  ///
  /// @param length how many elements it has
  /// @return the row of [#elements()] of the first one
  /// @throws IllegalStateException if the row is before the last one, or more elements were written than the lists
  ///   before have
  public long begin(long row, int length) {
    requireNext(row);
    if (length < 0) {
      throw new IllegalArgumentException("a list of " + length + " elements");
    }
    long start = offsets.end();
    Elements.requireUnwritten(elements, start);
    touch(row);
    offsets.put(row, Math.addExact(start, length));
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
    long start = begin(row, source.length());
    for (int i = 0; i < source.length(); i++) {
      try {
        elements.putAny(start + i, source.element(i));
      } catch (RefusedValue e) {
        throw e.in("[" + i + "]");
      }
    }
  }

  @Override
  long grow(long rows) {
    offsets.extend(rows);
    return rows;
  }

  @Override
  void rewind(long rows) {
    super.rewind(rows);
    offsets.rewind(rows);
    elements.rewind(offsets.end());
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    Elements.requireUnwritten(elements, offsets.end());
    long nulls = nullCount();
    List<ArrowMemory.Parts> children = List.of(elements.finish(offsets.end()));
    return new ArrowMemory.Parts(rows, nulls, Arrays.asList(validityFor(nulls), offsets.buffer()), children, null);
  }
}
