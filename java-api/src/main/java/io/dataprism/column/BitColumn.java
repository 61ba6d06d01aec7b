package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of BIT values: strings of bits.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class BitColumn extends BytesColumn {
  BitColumn(Slice slice) {
    super(slice);
  }

  /// The bits of a row as a text of `0` and `1`, or null.
  public @Nullable String get(long row) {
    if (isNull(row)) {
      return null;
    }
    int length = Math.toIntExact(bitLength(row));
    StringBuilder bits = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      bits.append(bit(row, i) ? '1' : '0');
    }
    return bits.toString();
  }

  /// The bits of a row as a set of the places that hold a one, counted from the left; null where the row is NULL. The
  /// zeros at the right end do not show in it, so [#bitLength] has to be asked as well.
  public @Nullable BitSet getBitSet(long row) {
    if (isNull(row)) {
      return null;
    }
    int length = Math.toIntExact(bitLength(row));
    BitSet ones = new BitSet(length);
    for (int i = 0; i < length; i++) {
      ones.set(i, bit(row, i));
    }
    return ones;
  }

  /// How many bits the value of a row has; unspecified where the row is NULL, and zero where it has no bytes.
  public long bitLength(long row) {
    long bytes = byteLength(row);
    return bytes == 0 ? 0 : (bytes - 1) * Byte.SIZE - padding(row);
  }

  /// A bit of a row, counted from the left.
  ///
  /// @throws IndexOutOfBoundsException if there is no such row or bit
  public boolean bit(long row, long index) {
    long position = padding(row) + Objects.checkIndex(index, bitLength(row));
    byte bits = data().get(JAVA_BYTE, start(row) + 1 + position / Byte.SIZE);
    return (bits >> (Byte.SIZE - 1 - position % Byte.SIZE) & 1) != 0;
  }

  /// The bits of a row as a text of `0` and `1`, or null.
  @Override
  public @Nullable String getObject(long row) {
    return get(row);
  }

  /// The first byte tells how many bits of the second do not count.
  private int padding(long row) {
    return byteLength(row) == 0 ? 0 : data().get(JAVA_BYTE, start(row));
  }
}
