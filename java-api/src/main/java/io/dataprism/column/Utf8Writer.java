package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes a column of VARCHAR or JSON values: text in UTF-8, row by row in growing order. Whether a JSON value is JSON
/// is not checked.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Utf8Writer extends BytesWriter {
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  Utf8Writer(WriterPlace place) {
    super(place);
  }

  /// Writes the text of a row. Half of a surrogate pair, which is no text, becomes a question mark.
  public void set(long row, String value) {
    append(row, value.getBytes(StandardCharsets.UTF_8));
  }

  /// Writes the text of a row.
  ///
  /// @param value the text in UTF-8
  /// @throws InvalidInputException if it is not UTF-8
  public void setUtf8(long row, byte[] value) {
    setUtf8(row, MemorySegment.ofArray(value));
  }

  /// Writes the text of a row, by one copy of memory.
  ///
  /// @param value the text in UTF-8
  /// @throws InvalidInputException if it is not UTF-8
  public void setUtf8(long row, MemorySegment value) {
    if (!isUtf8(value)) {
      throw refused(row, new RefusedValue("the bytes are not UTF-8", "give text in UTF-8, or make the column a BLOB"));
    }
    append(row, value);
  }

  /// Writes the texts of consecutive rows, with one copy of memory.
  ///
  /// @param row the first row
  /// @param offsets one `int` more than there are rows: row `r` of them has the bytes from offset `r` to offset `r + 1`
  /// @param utf8 the bytes
  /// @param validity a bit for each row, the lowest of a byte first, which is 1 where the row is not NULL;
  ///   [MemorySegment#NULL] where none is
  /// @throws InvalidInputException if a text that is not NULL is not UTF-8, or lies outside of the bytes; the rows
  ///   before it are written then
  /// @throws IllegalArgumentException if there are no whole offsets, or fewer bits than rows
  public void setUtf8(long row, MemorySegment offsets, MemorySegment utf8, MemorySegment validity) {
    long count = offsets.byteSize() / Integer.BYTES - 1;
    if (count < 0 || offsets.byteSize() % Integer.BYTES != 0) {
      throw new IllegalArgumentException(offsets.byteSize() + " bytes of offsets");
    }
    requireBits(count, validity);
    requireNext(row);
    requireOrdered(row, offsets, count, utf8.byteSize());
    if (count > 0 && isTexts(offsets, count, utf8)) {
      appendAll(row, offsets, count, utf8);
      if (!validity.equals(MemorySegment.NULL)) {
        markInvalid(row, count, validity);
      }
    } else {
      setOneByOne(row, offsets, count, utf8, validity);
    }
  }

  private void requireOrdered(long row, MemorySegment offsets, long count, long size) {
    int last = 0;
    for (long i = 0; i <= count; i++) {
      int offset = offsets.getAtIndex(JAVA_INT_UNALIGNED, i);
      if (offset < last || offset > size) {
        throw refused(
            row + Math.max(i - 1, 0),
            new RefusedValue(
                "its bytes go from " + last + " to " + offset + " of " + size,
                "give offsets that grow up to the number of bytes"));
      }
      last = offset;
    }
  }

  /// Whether all of the bytes are UTF-8, and no value begins within a character.
  private static boolean isTexts(MemorySegment offsets, long count, MemorySegment utf8) {
    long start = offsets.get(JAVA_INT_UNALIGNED, 0);
    MemorySegment all = utf8.asSlice(start, offsets.getAtIndex(JAVA_INT_UNALIGNED, count) - start);
    if (asciiLength(all) == all.byteSize()) {
      return true;
    }
    if (!isUtf8(all)) {
      return false;
    }
    for (long i = 0; i < count; i++) {
      long offset = offsets.getAtIndex(JAVA_INT_UNALIGNED, i) - start;
      if (offset < all.byteSize() && (all.get(JAVA_BYTE, offset) & 0xC0) == 0x80) {
        return false;
      }
    }
    return true;
  }

  /// The bytes of a row that is NULL may be anything, so that only looking at each row tells whether all are texts.
  private void setOneByOne(long row, MemorySegment offsets, long count, MemorySegment utf8, MemorySegment validity) {
    boolean all = validity.equals(MemorySegment.NULL);
    for (long i = 0; i < count; i++) {
      if (all || (validity.get(JAVA_BYTE, i / Byte.SIZE) >> (i % Byte.SIZE) & 1) == 1) {
        long start = offsets.getAtIndex(JAVA_INT_UNALIGNED, i);
        setUtf8(row + i, utf8.asSlice(start, offsets.getAtIndex(JAVA_INT_UNALIGNED, i + 1) - start));
      } else {
        setNull(row + i);
      }
    }
  }

  /// Writes the texts of consecutive rows.
  ///
  /// @param row the first row
  /// @param values the texts, null for NULL
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, @Nullable String[] values, int from, int count) {
    for (int i = 0; i < count; i++) {
      String value = values[from + i];
      if (value == null) {
        setNull(row + i);
      } else {
        set(row + i, value);
      }
    }
  }

  @Override
  void put(long row, Object value) {
    switch (value) {
      case String text -> set(row, text);
      case Enum<?> constant -> set(row, constant.name());
      default -> throw RefusedValue.ofClass(value, field(), "a String");
    }
  }

  /// How many bytes there are before the first that is not ASCII.
  private static long asciiLength(MemorySegment bytes) {
    long size = bytes.byteSize();
    long at = 0;
    while (at + Long.BYTES <= size && (bytes.get(JAVA_LONG_UNALIGNED, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < size && bytes.get(JAVA_BYTE, at) >= 0) {
      at++;
    }
    return at;
  }

  private static boolean isUtf8(MemorySegment bytes) {
    long at = asciiLength(bytes);
    if (at == bytes.byteSize()) {
      return true;
    }
    try {
      ByteBuffer rest = bytes.asSlice(at).asByteBuffer();
      StandardCharsets.UTF_8.newDecoder().decode(rest);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
