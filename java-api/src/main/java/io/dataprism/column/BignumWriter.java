package io.dataprism.column;

import io.dataprism.error.InvalidInputException;
import java.math.BigInteger;

/// Writes a column of BIGNUM values: whole numbers of any size, row by row in growing order.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class BignumWriter extends BytesWriter {
  /// The count of the digits' bytes has 23 bits.
  private static final int MAX_BYTES = (1 << 23) - 1;

  BignumWriter(WriterPlace place) {
    super(place);
  }

  /// Writes the value of a row.
  ///
  /// @throws InvalidInputException if it takes 8 MiB or more
  public void set(long row, BigInteger value) {
    try {
      putNumber(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  @Override
  void put(long row, Object value) {
    putNumber(row, WholeNumbers.of(value, field()));
  }

  private void putNumber(long row, BigInteger value) {
    byte[] magnitude = value.abs().toByteArray();
    // Java puts a byte of zero in front where the first bit is one.
    int skipped = magnitude.length > 1 && magnitude[0] == 0 ? 1 : 0;
    int length = magnitude.length - skipped;
    if (length > MAX_BYTES) {
      throw new RefusedValue("a number of " + length + " bytes is too large for BIGNUM", "give a smaller one");
    }
    boolean negative = value.signum() < 0;
    byte[] bytes = new byte[BignumColumn.HEADER_BYTES + length];
    int header = length | (1 << 23);
    for (int i = 0; i < BignumColumn.HEADER_BYTES; i++) {
      bytes[i] = (byte) (header >> (Byte.SIZE * (BignumColumn.HEADER_BYTES - 1 - i)));
    }
    System.arraycopy(magnitude, skipped, bytes, BignumColumn.HEADER_BYTES, length);
    if (negative) {
      // Every bit is turned over, so that numbers sort as their bytes do.
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) ~bytes[i];
      }
    }
    append(row, bytes);
  }
}
