package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.bindings.ArrowMemory;
import java.lang.foreign.MemorySegment;

/// Where the values of rows end, that are written one after the other: one offset more than there are rows.
final class Offsets {
  private final ArrowMemory.Buffer buffer;
  private final int width;
  private MemorySegment memory = MemorySegment.NULL;
  private long rows;
  private long end;

  Offsets(ArrowMemory memory, int width) {
    this.buffer = memory.newBuffer();
    this.width = width;
    this.memory = buffer.require(width);
    write(0);
  }

  ArrowMemory.Buffer buffer() {
    return buffer;
  }

  /// Where the last value ends.
  long end() {
    return end;
  }

  /// Adds rows without a value.
  void extend(long count) {
    memory = buffer.require(Math.multiplyExact(count + 1, (long) width));
    while (rows < count) {
      rows++;
      write(rows);
    }
  }

  /// Gives the last row its value.
  void put(long row, long newEnd) {
    end = newEnd;
    write(row + 1);
  }

  /// Gives consecutive rows their values.
  ///
  /// @param ends where each value ends, from where the first begins, as `int`s
  void putAll(long row, MemorySegment ends, long count) {
    long start = end;
    for (long i = 1; i <= count; i++) {
      put(row + i - 1, start + ends.getAtIndex(JAVA_INT_UNALIGNED, i) - ends.get(JAVA_INT_UNALIGNED, 0));
    }
  }

  void rewind(long count) {
    rows = Math.min(rows, count);
    end =
        width == Long.BYTES
            ? memory.getAtIndex(JAVA_LONG_UNALIGNED, rows)
            : memory.getAtIndex(JAVA_INT_UNALIGNED, rows);
  }

  private void write(long index) {
    if (width == Long.BYTES) {
      memory.setAtIndex(JAVA_LONG_UNALIGNED, index, end);
    } else {
      memory.setAtIndex(JAVA_INT_UNALIGNED, index, (int) end);
    }
  }
}
