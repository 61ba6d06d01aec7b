package io.dataprism.column;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// A column whose values all take the same number of bytes.
public abstract sealed class FixedWidthColumn extends Column
    permits BooleanColumn,
        Int8Column,
        Int16Column,
        Int32Column,
        Int64Column,
        Int128Column,
        UInt8Column,
        UInt16Column,
        UInt32Column,
        UInt64Column,
        Float32Column,
        Float64Column,
        DecimalColumn,
        DateColumn,
        TimeColumn,
        TimeTzColumn,
        TimestampColumn,
        TimestampTzColumn,
        IntervalColumn,
        UuidColumn,
        EnumColumn {

  private final MemorySegment values;
  private final int byteWidth;

  FixedWidthColumn(Slice slice) {
    super(slice);
    this.byteWidth = slice.layout().width();
    this.values = slice.values(1, byteWidth);
  }

  /// The values, row by row without gaps, in the byte order of the machine: row `r` begins at byte `r * byteWidth()`.
  /// What stands in the place of a NULL is unspecified.
  ///
  /// @return a read-only view, valid as long as the batch
  public final MemorySegment values() {
    return values;
  }

  /// How many bytes a value takes.
  public final int byteWidth() {
    return byteWidth;
  }

  @Override
  public long byteSize() {
    return super.byteSize() + values.byteSize();
  }

  final void copyRows(ValueLayout layout, long firstRow, Object target, int targetIndex, int count) {
    Objects.checkFromIndexSize(firstRow, count, rowCount());
    MemorySegment.copy(values, layout, firstRow * layout.byteSize(), target, targetIndex, count);
  }

  /// Row counts of batches are small, but the elements of lists have no limit that a Java array shares.
  final int arrayLength() {
    return Math.toIntExact(rowCount());
  }
}
