package io.dataprism.column;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/// A column that is made of several named columns, each with as many rows as itself.
public abstract sealed class GroupColumn extends Column implements ColumnSet permits StructColumn, UnionColumn {
  private final Slice slice;
  private final List<Column> columns;

  GroupColumn(Slice slice) {
    super(slice);
    this.slice = slice;
    this.columns = columns(slice);
  }

  GroupColumn(Slice slice, MemorySegment validity, long nullCount) {
    super(slice, validity, nullCount);
    this.slice = slice;
    this.columns = columns(slice);
  }

  @Override
  public final int columnCount() {
    return columns.size();
  }

  @Override
  public final Column column(int index) {
    return columns.get(index);
  }

  @Override
  public final Column column(String name) {
    return columns.get(slice.layout().childIndex().indexOf(name));
  }

  @Override
  public long byteSize() {
    long bytes = super.byteSize();
    for (Column column : columns) {
      bytes += column.byteSize();
    }
    return bytes;
  }

  private static List<Column> columns(Slice slice) {
    return IntStream.range(0, slice.layout().children().size())
        .mapToObj(i -> ColumnReader.read(slice.alignedChild(i)))
        .toList();
  }
}
