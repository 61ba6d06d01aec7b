package io.dataprism.appender;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The values of a column for some rows. It is a description, which copies nothing; what it was made of must not change
/// until it has been appended.
///
/// How values have to lie in memory for a type is told by the class of [io.dataprism.column] for it.
public sealed interface ColumnData {

  /// A column without NULL in an array of primitives.
  ///
  /// Arrays of the class that the type of the column is kept in are copied as they are, and their values are not looked
  /// at: `int[]` of days for DATE, and `long[]` of the type's unit for times and timestamps. Values of others are
  /// converted one by one, as [io.dataprism.column.ColumnWriter#setObject] does.
  static Primitives of(long[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column without NULL in an array of primitives; see [#of(long[])].
  static Primitives of(int[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column without NULL in an array of primitives; see [#of(long[])].
  static Primitives of(short[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column without NULL in an array of primitives; see [#of(long[])]. A BLOB column takes an array of such arrays.
  static Primitives of(byte[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column without NULL in an array of primitives; see [#of(long[])].
  static Primitives of(double[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column without NULL in an array of primitives; see [#of(long[])].
  static Primitives of(float[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column without NULL in an array of primitives; see [#of(long[])].
  static Primitives of(boolean[] values) {
    return new Primitives(values, new BitSet());
  }

  /// A column of any type, in objects: texts, records for STRUCT, lists for LIST, and so on, each converted as
  /// [io.dataprism.column.ColumnWriter#setObject] does.
  ///
  /// @param values the values, null for NULL
  static ColumnData of(@Nullable Object[] values) {
    return new OfObjects(Arrays.asList(values));
  }

  /// A column of any type, in objects; see [#of(Object[])].
  static ColumnData of(List<? extends @Nullable Object> values) {
    return new OfObjects(values);
  }

  /// A column without NULL in memory, of a type whose values all take the same number of bytes; not ENUM.
  ///
  /// @param values the values without gaps, in the byte order of the machine; a BOOLEAN takes a byte
  static ColumnData of(MemorySegment values) {
    return of(values, MemorySegment.NULL);
  }

  /// A column in memory, of a type whose values all take the same number of bytes; not ENUM.
  ///
  /// @param values as for [#of(MemorySegment)]
  /// @param validity a bit for each row, the lowest of a byte first, which is 1 where the row is not NULL;
  ///   [MemorySegment#NULL] where none is
  static ColumnData of(MemorySegment values, MemorySegment validity) {
    return new Packed(values, validity);
  }

  /// A VARCHAR column in memory.
  ///
  /// @param offsets one `int` more than there are rows: row `r` has the bytes from offset `r` to offset `r + 1`
  /// @param utf8 the bytes
  /// @param validity as for [#of(MemorySegment, MemorySegment)]
  static ColumnData text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) {
    return new Text(offsets, utf8, validity);
  }

  /// Values in an array of primitives.
  ///
  /// @param array the array
  /// @param nulls the rows that are NULL, whatever the array says
  record Primitives(Object array, BitSet nulls) implements ColumnData {
    /// Takes an array of primitives.
    ///
    /// @throws InvalidInputException if it is none
    public Primitives {
      Objects.requireNonNull(nulls, "nulls");
      if (!array.getClass().isArray() || !array.getClass().componentType().isPrimitive()) {
        throw new InvalidInputException(
            Details.of(
                ErrorCode.INVALID_INPUT,
                "a " + array.getClass().getTypeName() + " is no array of primitives",
                "give other values as a List"));
      }
    }

    /// The same values, of which some rows are NULL.
    ///
    /// @param rows the rows that are NULL, counted from the first value
    public Primitives withNulls(BitSet rows) {
      return new Primitives(array, rows);
    }
  }

  /// Values as objects.
  ///
  /// @param values the values, null for NULL
  record OfObjects(List<? extends @Nullable Object> values) implements ColumnData {}

  /// Values of one width in memory.
  ///
  /// @param values as for [#of(MemorySegment, MemorySegment)]
  /// @param validity as for [#of(MemorySegment, MemorySegment)]
  record Packed(MemorySegment values, MemorySegment validity) implements ColumnData {}

  /// Texts in memory.
  ///
  /// @param offsets as for [#text(MemorySegment, MemorySegment, MemorySegment)]
  /// @param utf8 as for [#text(MemorySegment, MemorySegment, MemorySegment)]
  /// @param validity as for [#text(MemorySegment, MemorySegment, MemorySegment)]
  record Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) implements ColumnData {}
}
