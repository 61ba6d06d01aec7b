package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.dataprism.bindings.ArrowMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// Writes a column whose values are bytes of any number, row by row in growing order.
///
/// How values and NULL are written is told by [ColumnWriter].
public abstract sealed class BytesWriter extends ColumnWriter
    permits Utf8Writer, BinaryWriter, BitWriter, BignumWriter {

  private final ArrowMemory.Buffer data;
  private final Offsets offsets;

  BytesWriter(WriterPlace place) {
    super(place);
    ArrowMemory memory = place.growingMemory();
    this.offsets = new Offsets(memory, Long.BYTES);
    this.data = memory.newBuffer();
  }

  @Override
  public void setNull(long row) {
    requireNext(row);
    super.setNull(row);
  }

  final void append(long row, byte[] bytes) {
    append(row, MemorySegment.ofArray(bytes));
  }

  final void append(long row, MemorySegment bytes) {
    requireNext(row);
    long start = offsets.end();
    long end = Math.addExact(start, bytes.byteSize());
    MemorySegment.copy(bytes, 0, data.require(end), start, bytes.byteSize());
    touch(row);
    offsets.put(row, end);
    markValid(row);
  }

  /// Writes consecutive rows.
  ///
  /// @param starts an `int` more than there are rows: where in the bytes each value begins, and where the last ends
  final void appendAll(long row, MemorySegment starts, long count, MemorySegment bytes) {
    requireNext(row);
    long from = starts.get(JAVA_INT_UNALIGNED, 0);
    long size = starts.getAtIndex(JAVA_INT_UNALIGNED, count) - from;
    long start = offsets.end();
    long end = Math.addExact(start, size);
    MemorySegment.copy(bytes, from, data.require(end), start, size);
    extend(row + count);
    offsets.putAll(row, starts, count);
    markValid(row, count);
  }

  @Override
  final long grow(long rows) {
    offsets.extend(rows);
    return rows;
  }

  @Override
  final void rewind(long rows) {
    super.rewind(rows);
    offsets.rewind(rows);
  }

  @Override
  final ArrowMemory.Parts finish(long rows) {
    extend(rows);
    long nulls = nullCount();
    return new ArrowMemory.Parts(
        rows, nulls, Arrays.asList(validityFor(nulls), offsets.buffer(), data), List.of(), null);
  }
}
