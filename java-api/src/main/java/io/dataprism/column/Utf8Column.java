package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of VARCHAR or JSON values: text in UTF-8.
///
/// [#get] makes a String of a row; it is quickest where rows are read in order. [#getUtf8] and [#byteLength] make none.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class Utf8Column extends BytesColumn {
  /// How many bytes are copied to the heap at once: many texts for one copy, and still in the processor's first cache.
  private static final int WINDOW_BYTES = 8 * 1024;

  private static final byte[] NO_BYTES = {};

  /// Bytes of [#data()] that have been copied to the heap, where they lie there, and up to where.
  private byte[] window = NO_BYTES;

  private long windowStart;
  private long windowEnd;

  Utf8Column(Slice slice) {
    super(slice);
  }

  /// The text of a row, or null.
  public @Nullable String get(long row) {
    if (isNull(row)) {
      return null;
    }
    long start = start(row);
    long end = end(row);
    if (start < windowStart || end > windowEnd) {
      moveWindow(start, end);
    }
    return new String(window, (int) (start - windowStart), (int) (end - start), StandardCharsets.UTF_8);
  }

  /// The UTF-8 of a row's text in place, or null.
  ///
  /// @return a read-only view, valid as long as the batch
  public @Nullable MemorySegment getUtf8(long row) {
    return segment(row);
  }

  /// The text of a row, or null.
  @Override
  public @Nullable String getObject(long row) {
    return get(row);
  }

  /// The texts of all rows, null where a row is NULL.
  public @Nullable String[] toArray() {
    @Nullable String[] texts = new String[Math.toIntExact(rowCount())];
    copyTo(0, texts, 0, texts.length);
    return texts;
  }

  /// Makes Strings of consecutive rows, null where a row is NULL.
  ///
  /// @param firstRow the first row
  /// @param target where to
  /// @param targetIndex where in the target the first text goes
  /// @param count how many rows
  /// @throws IndexOutOfBoundsException if the column or the target is too short
  public void copyTo(long firstRow, @Nullable String[] target, int targetIndex, int count) {
    Objects.checkFromIndexSize(firstRow, count, rowCount());
    Objects.checkFromIndexSize(targetIndex, count, target.length);
    for (int i = 0; i < count; i++) {
      target[targetIndex + i] = get(firstRow + i);
    }
  }

  private void moveWindow(long start, long end) {
    int length = Math.toIntExact(end - start);
    // Whoever reads on gets the texts of the next rows with the same copy; whoever jumps about pays for one text only.
    boolean readsOn = start >= windowEnd && start - windowEnd < WINDOW_BYTES;
    int size = readsOn ? (int) Math.min(Math.max(length, WINDOW_BYTES), data().byteSize() - start) : length;
    if (window.length < size) {
      window = new byte[size];
    }
    MemorySegment.copy(data(), JAVA_BYTE, start, window, 0, size);
    windowStart = start;
    windowEnd = start + size;
  }
}
