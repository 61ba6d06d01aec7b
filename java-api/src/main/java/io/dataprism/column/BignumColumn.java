package io.dataprism.column;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// A column of BIGNUM values: whole numbers of any size.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class BignumColumn extends BytesColumn {
  /// Before the digits stands their count, whose first bit is set for numbers that are not negative.
  static final int HEADER_BYTES = 3;

  BignumColumn(Slice slice) {
    super(slice);
  }

  /// The value of a row, or null.
  public @Nullable BigInteger get(long row) {
    byte[] bytes = bytes(row);
    if (bytes == null) {
      return null;
    }
    boolean negative = bytes[0] >= 0;
    if (negative) {
      // A negative number is stored with every bit turned over, so that numbers sort as their bytes do.
      for (int i = HEADER_BYTES; i < bytes.length; i++) {
        bytes[i] = (byte) ~bytes[i];
      }
    }
    return new BigInteger(negative ? -1 : 1, bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
  }

  /// The value of a row, or null.
  @Override
  public @Nullable BigInteger getObject(long row) {
    return get(row);
  }
}
