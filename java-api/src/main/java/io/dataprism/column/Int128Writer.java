package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType.Scalar;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;

/// Writes a column of HUGEINT or UHUGEINT values: whole numbers of 128 bits.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class Int128Writer extends FixedWidthWriter {
  private final boolean signed;

  Int128Writer(WriterPlace place) {
    super(place);
    this.signed = field().type() == Scalar.HUGEINT;
  }

  /// Writes the value of a row.
  ///
  /// @throws InvalidInputException if the value takes more than 128 bits, or is negative for UHUGEINT
  public void set(long row, BigInteger value) {
    try {
      putNumber(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  /// Writes the value of a row, out of its halves.
  ///
  /// @param high the upper 64 bits
  /// @param low the lower 64 bits
  public void set(long row, long high, long low) {
    MemorySegment place = place(row);
    place.setAtIndex(JAVA_LONG_UNALIGNED, 2 * row, low);
    place.setAtIndex(JAVA_LONG_UNALIGNED, 2 * row + 1, high);
  }

  @Override
  void put(long row, Object value) {
    putNumber(row, WholeNumbers.of(value, field()));
  }

  private void putNumber(long row, BigInteger value) {
    boolean fits = signed ? Int128.isSigned(value) : value.signum() >= 0 && value.bitLength() <= 2 * Long.SIZE;
    if (!fits) {
      throw RefusedValue.outOfRange(value, field());
    }
    set(row, Int128.high(value), value.longValue());
  }
}
