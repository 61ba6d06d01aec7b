package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.schema.DataType.Scalar;
import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of HUGEINT or UHUGEINT values: whole numbers of 128 bits.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class Int128Column extends FixedWidthColumn {
  private final boolean signed;

  Int128Column(Slice slice) {
    super(slice);
    this.signed = field().type() == Scalar.HUGEINT;
  }

  /// The value of a row, or null.
  public @Nullable BigInteger get(long row) {
    if (isNull(row)) {
      return null;
    }
    return signed ? Int128.signed(high(row), low(row)) : Int128.unsigned(high(row), low(row));
  }

  /// The lower 64 bits of a row's value; unspecified where the row is NULL.
  public long low(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, 2 * row);
  }

  /// The upper 64 bits of a row's value, to be read as unsigned for UHUGEINT; unspecified where the row is NULL.
  public long high(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, 2 * row + 1);
  }

  /// Whether the values are signed: true for HUGEINT, false for UHUGEINT.
  public boolean isSigned() {
    return signed;
  }

  /// The value of a row, or null.
  @Override
  public @Nullable BigInteger getObject(long row) {
    return get(row);
  }
}
