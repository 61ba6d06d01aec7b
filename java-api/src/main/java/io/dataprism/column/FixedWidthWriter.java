package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes a column whose values all take the same number of bytes, in any order of rows.
///
/// How values and NULL are written is told by [ColumnWriter].
public abstract sealed class FixedWidthWriter extends ColumnWriter
    permits BooleanWriter,
        Int8Writer,
        Int16Writer,
        Int32Writer,
        Int64Writer,
        Int128Writer,
        UInt8Writer,
        UInt16Writer,
        UInt32Writer,
        UInt64Writer,
        Float32Writer,
        Float64Writer,
        DecimalWriter,
        DateWriter,
        TimeWriter,
        TimeTzWriter,
        TimestampWriter,
        TimestampTzWriter,
        IntervalWriter,
        UuidWriter,
        EnumWriter {

  private final int byteWidth;
  private final ArrowMemory.@Nullable Buffer buffer;
  private MemorySegment values;

  FixedWidthWriter(WriterPlace place) {
    this(place, place.layout().width());
  }

  FixedWidthWriter(WriterPlace place, int byteWidth) {
    super(place);
    this.byteWidth = byteWidth;
    ArrowMemory memory = place.memory();
    this.buffer = memory == null ? null : memory.newBuffer();
    this.values = place.values();
    if (memory == null) {
      Objects.checkFromIndexSize(0, Math.multiplyExact(place.rowCount(), byteWidth), values.byteSize());
    }
  }

  /// How many bytes a value takes.
  public final int byteWidth() {
    return byteWidth;
  }

  @Override
  long grow(long rows) {
    if (buffer != null) {
      values = buffer.require(Math.multiplyExact(rows, byteWidth));
    }
    return values.byteSize() / byteWidth;
  }

  /// The place for the value of a row, which is not NULL from now on.
  final MemorySegment place(long row) {
    touch(row);
    markValid(row);
    return values;
  }

  final void copyRows(long row, Object source, ValueLayout layout, int from, int count) {
    if (row < 0) {
      throw new IndexOutOfBoundsException("row " + row);
    }
    // Before anything has changed.
    Objects.checkFromIndexSize(from, count, Array.getLength(source));
    extend(Math.addExact(row, count));
    MemorySegment.copy(source, from, values, layout, row * byteWidth, count);
    markValid(row, count);
  }

  /// Writes consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param source the values without gaps, in the byte order of the machine; as many as its size tells
  /// @throws IllegalArgumentException if the source ends within a value
  /// @throws IndexOutOfBoundsException if there are fewer rows and their number is fixed
  public final void set(long row, MemorySegment source) {
    long count = source.byteSize() / byteWidth;
    if (count * byteWidth != source.byteSize()) {
      throw new IllegalArgumentException(source.byteSize() + " bytes for values of " + byteWidth);
    }
    if (row < 0) {
      throw new IndexOutOfBoundsException("row " + row);
    }
    extend(Math.addExact(row, count));
    MemorySegment.copy(source, 0, values, row * byteWidth, source.byteSize());
    markValid(row, count);
  }

  /// Writes consecutive rows, some of which are NULL, with one copy of memory.
  ///
  /// @param row the first row
  /// @param source as for [#set(long, MemorySegment)]
  /// @param validity a bit for each row, the lowest of a byte first, which is 1 where the row is not NULL;
  ///   [MemorySegment#NULL] where none is
  /// @throws IllegalArgumentException if the source ends within a value, or there are fewer bits than rows
  /// @throws IndexOutOfBoundsException if there are fewer rows and their number is fixed
  public final void set(long row, MemorySegment source, MemorySegment validity) {
    long count = source.byteSize() / byteWidth;
    requireBits(count, validity);
    set(row, source);
    if (!validity.equals(MemorySegment.NULL)) {
      markInvalid(row, count, validity);
    }
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    long nulls = nullCount();
    return new ArrowMemory.Parts(rows, nulls, Arrays.asList(validityFor(nulls), buffer), List.of(), dictionary());
  }

  ArrowMemory.@Nullable Parts dictionary() {
    return null;
  }
}
