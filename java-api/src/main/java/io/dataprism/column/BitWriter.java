package io.dataprism.column;

import io.dataprism.error.InvalidInputException;
import java.util.BitSet;

/// Writes a column of BIT values: strings of bits, row by row in growing order.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class BitWriter extends BytesWriter {
  BitWriter(WriterPlace place) {
    super(place);
  }

  /// Writes the bits of a row.
  ///
  /// @param value a text of `0` and `1`, one at least
  /// @throws InvalidInputException if it is another text
  public void set(long row, String value) {
    try {
      putText(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  @Override
  void put(long row, Object value) {
    switch (value) {
      case String text -> putText(row, text);
      // It does not know its length; a BIT has one bit at least.
      case BitSet ones -> putBits(row, ones, Math.max(ones.length(), 1));
      default -> throw RefusedValue.ofClass(value, field(), "a String of 0 and 1, or a BitSet");
    }
  }

  private void putText(long row, String text) {
    BitSet ones = new BitSet(text.length());
    for (int i = 0; i < text.length(); i++) {
      char bit = text.charAt(i);
      if (bit != '0' && bit != '1') {
        throw new RefusedValue("'" + text + "' is no string of bits", "give a String of 0 and 1");
      }
      ones.set(i, bit == '1');
    }
    if (text.isEmpty()) {
      throw new RefusedValue("a string of bits is empty", "give one bit at least, or null");
    }
    putBits(row, ones, text.length());
  }

  /// DuckDB fills the first byte up with ones, and tells their number in a byte before it.
  private void putBits(long row, BitSet ones, int length) {
    int byteCount = (length + Byte.SIZE - 1) / Byte.SIZE;
    int padding = byteCount * Byte.SIZE - length;
    byte[] bytes = new byte[1 + byteCount];
    bytes[0] = (byte) padding;
    for (int i = 0; i < padding + length; i++) {
      if (i < padding || ones.get(i - padding)) {
        bytes[1 + i / Byte.SIZE] |= (byte) (1 << (Byte.SIZE - 1 - i % Byte.SIZE));
      }
    }
    append(row, bytes);
  }
}
