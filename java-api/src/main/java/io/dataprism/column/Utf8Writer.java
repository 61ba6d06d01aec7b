package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
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

  private static boolean isUtf8(MemorySegment bytes) {
    long size = bytes.byteSize();
    long at = 0;
    while (at + Long.BYTES <= size && (bytes.get(JAVA_LONG_UNALIGNED, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < size && bytes.get(JAVA_BYTE, at) >= 0) {
      at++;
    }
    if (at == size) {
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
