package io.dataprism.column;

import java.math.BigInteger;

/// Numbers of 128 bits out of their halves, and into them.
final class Int128 {
  private Int128() {}

  static BigInteger signed(long high, long low) {
    // Most numbers fit into the lower half, and then need no array.
    return high == low >> (Long.SIZE - 1) ? BigInteger.valueOf(low) : new BigInteger(bytes(high, low));
  }

  static BigInteger unsigned(long high, long low) {
    return high == 0 && low >= 0 ? BigInteger.valueOf(low) : new BigInteger(1, bytes(high, low));
  }

  /// Whether a number fits into 128 bits with its sign.
  static boolean isSigned(BigInteger value) {
    return value.bitLength() < 2 * Long.SIZE;
  }

  static long high(BigInteger value) {
    return value.shiftRight(Long.SIZE).longValue();
  }

  private static byte[] bytes(long high, long low) {
    byte[] bytes = new byte[2 * Long.BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      int shift = Long.SIZE - Byte.SIZE * (i + 1);
      bytes[i] = (byte) (high >> shift);
      bytes[Long.BYTES + i] = (byte) (low >> shift);
    }
    return bytes;
  }
}
