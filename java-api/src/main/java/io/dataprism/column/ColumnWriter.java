package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.WriterFactory;
import io.dataprism.schema.Field;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Writes the values of a column, or of a part of a nested column, into native memory, row by row.
///
/// - A row that is not written is NULL.
/// - Columns whose values all take the same number of bytes may be written in any order and several times. All others
///   are written in growing order: an earlier row than the last one, or that one again, is an [IllegalStateException].
/// - Each kind of column has setters for its own Java types. [#setObject] takes what a parameter of a query may be, and
///   converts it to the type of the column.
///
/// A writer belongs to the batch that it was made for. When that has ended, every use is an [IllegalStateException].
/// One thread uses it at a time.
public abstract sealed class ColumnWriter
    permits FixedWidthWriter, BytesWriter, ListWriter, ArrayWriter, MapWriter, StructWriter, UnionWriter, NullWriter {

  static {
    WriterFactory.install(new ColumnBatch.Factory());
  }

  static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Field field;
  private final long firstRow;
  private final ArrowMemory.@Nullable Buffer validityBuffer;
  private MemorySegment validity;
  private long rowCount;

  /// How many rows there may be until room has to be made for more.
  private long room;

  /// So many rows from the first one are not NULL, whatever the bitmap says: most columns are written in order and have
  /// no NULL, and need no bitmap. -1 where the bitmap alone counts.
  private long filled;

  ColumnWriter(WriterPlace place) {
    this.field = place.layout().field();
    this.firstRow = place.firstRow();
    switch (place.memory()) {
      case null -> {
        this.validityBuffer = null;
        this.validity = place.validity();
        this.filled = -1;
        this.rowCount = place.rowCount();
        validity.fill((byte) 0);
      }
      case ArrowMemory memory -> {
        this.validityBuffer = memory.newBuffer();
        this.validity = MemorySegment.NULL;
      }
    }
  }

  /// Name and type.
  public final Field field() {
    return field;
  }

  /// The column as a writer of a class, such as `column.as(Int64Writer.class)`.
  ///
  /// @throws InvalidInputException if the column is of another class; the message names the one that fits
  public final <W extends ColumnWriter> W as(Class<W> type) {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new InvalidInputException(
        Details.of(
            ErrorCode.INVALID_INPUT,
            "column '"
                + field.name()
                + "' is "
                + field.type().sql()
                + ", not what a "
                + type.getSimpleName()
                + " writes",
            "it is written with as(" + getClass().getSimpleName() + ".class)"));
  }

  /// One more than the last row that was written; how many rows there are where that is fixed.
  public final long rowCount() {
    return rowCount;
  }

  /// Makes a row NULL.
  ///
  /// @throws IndexOutOfBoundsException if the row is negative, or there are fewer rows and their number is fixed
  /// @throws IllegalStateException if the row is before the last one, and values are written in growing order
  public void setNull(long row) {
    touch(row);
    if (row < filled) {
      writeBitmap();
    }
    long word = row / Long.SIZE;
    validity.setAtIndex(WORD, word, validity.getAtIndex(WORD, word) & ~(1L << row));
  }

  /// Writes a value of any Java type that has the type of the column, which is what [Column#getObject] gives, or one
  /// that becomes it without loss:
  ///
  /// - whole numbers of any class, also those of a `BigDecimal` without decimals, where they are in the range
  /// - for DECIMAL a `BigDecimal` with no more decimals than the type has, or a whole number
  /// - for FLOAT and DOUBLE any number; it is rounded to the nearest
  /// - for VARCHAR, JSON and ENUM a `String`, or a constant of an `enum`, by its name
  /// - for BLOB and GEOMETRY a `byte[]` or a [MemorySegment]
  /// - for dates and times what the columns give, and for TIMESTAMP WITH TIME ZONE also `OffsetDateTime` and
  ///   `ZonedDateTime`; what is finer than the type's unit is cut off, as it is in parameters
  /// - for INTERVAL an [Interval], `Period` or `Duration`
  /// - for LIST and ARRAY a `Collection` or an array, for STRUCT a record or a `Map` from the names of all fields, for
  ///   MAP a `Map`
  /// - for UNION a value for one of its members: the first whose own Java type it is, otherwise the first that takes it
  ///
  /// An `Optional` stands for its value.
  ///
  /// @param value the value, or null for NULL
  /// @throws InvalidInputException if the value does not become one of the type; the message tells column, row and, in
  ///   nested values, the place. The row is then as if it had not been written.
  /// @throws IndexOutOfBoundsException as for [#setNull]
  /// @throws IllegalStateException as for [#setNull]
  public final void setObject(long row, @Nullable Object value) {
    long before = rowCount;
    try {
      putAny(row, value);
    } catch (RefusedValue e) {
      if (row >= before && validityBuffer != null) {
        rewind(before);
      }
      throw refused(row, e);
    }
  }

  /// The exception for a value that is refused.
  final InvalidInputException refused(long row, RefusedValue e) {
    return e.of(field, firstRow + row);
  }

  /// Writes a value, and throws [RefusedValue] where that is not possible.
  final void putAny(long row, @Nullable Object value) {
    Object present = RefusedValue.unwrapped(value);
    if (present == null) {
      setNull(row);
    } else {
      put(row, present);
    }
  }

  abstract void put(long row, Object value);

  /// Makes room for a number of rows. New rows hold nothing yet.
  ///
  /// @return for how many rows nothing more is to be done
  abstract long grow(long rows);

  /// Forgets rows, so that they can be written once more.
  ///
  /// @param rows how many are left
  void rewind(long rows) {
    for (long row = rows; row < rowCount; row++) {
      long word = row / Long.SIZE;
      validity.setAtIndex(WORD, word, validity.getAtIndex(WORD, word) & ~(1L << row));
    }
    rowCount = Math.min(rowCount, rows);
    room = Math.min(room, rows);
    filled = Math.min(filled, rows);
  }

  /// The arrays of the column; rows that were not written are NULL.
  abstract ArrowMemory.Parts finish(long rows);

  /// Makes a row one of the column's.
  final void touch(long row) {
    if (row >= rowCount) {
      extend(row + 1);
    }
  }

  /// Makes the column at least so long.
  final void extend(long rows) {
    if (rows <= rowCount) {
      return;
    }
    if (rows > room) {
      makeRoom(rows);
    }
    rowCount = rows;
  }

  private void makeRoom(long rows) {
    if (validityBuffer == null) {
      throw new IndexOutOfBoundsException(
          "row " + (rows - 1) + " of " + rowCount + " in column '" + field.name() + "'");
    }
    long held = grow(rows);
    long known = validity.byteSize();
    validity = validityBuffer.require((rows - 1) / Long.SIZE * Long.BYTES + Long.BYTES);
    validity.asSlice(known).fill((byte) 0);
    // In whole words, which is how they are read.
    room = Math.min(held, validity.byteSize() / Long.BYTES * Long.SIZE);
  }

  /// Throws unless a row comes after all that were written.
  final void requireNext(long row) {
    if (row < rowCount) {
      if (row < 0) {
        throw new IndexOutOfBoundsException("row " + row);
      }
      throw new IllegalStateException(
          "row "
              + row
              + " of column '"
              + field.name()
              + "' comes after row "
              + (rowCount - 1)
              + ": the values of this column are written in growing order");
    }
  }

  /// Whether a row that was written is NULL.
  final boolean isNull(long row) {
    return row >= filled && (validity.getAtIndex(WORD, row / Long.SIZE) >> row & 1) == 0;
  }

  final void markValid(long row) {
    if (row == filled) {
      filled++;
    } else {
      long word = row / Long.SIZE;
      validity.setAtIndex(WORD, word, validity.getAtIndex(WORD, word) | (1L << row));
    }
  }

  final void markValid(long row, long count) {
    if (row == filled) {
      filled += count;
    } else {
      setBits(row, count);
    }
  }

  private void setBits(long row, long count) {
    long end = row + count;
    for (long next = row; next < end; ) {
      long word = next / Long.SIZE;
      long after = Math.min(end, (word + 1) * Long.SIZE);
      long bits = after - next == Long.SIZE ? -1 : ((1L << (after - next)) - 1) << next;
      validity.setAtIndex(WORD, word, validity.getAtIndex(WORD, word) | bits);
      next = after;
    }
  }

  /// Lets the bitmap alone count from now on.
  private void writeBitmap() {
    if (filled >= 0) {
      setBits(0, filled);
      filled = -1;
    }
  }

  /// Makes consecutive rows NULL whose bit is 0.
  ///
  /// @param bits a bit for each row, the lowest of a byte first
  final void markInvalid(long row, long count, MemorySegment bits) {
    writeBitmap();
    for (long place = 0; place < (count + Byte.SIZE - 1) / Byte.SIZE; place++) {
      int zeros = ~bits.get(ValueLayout.JAVA_BYTE, place) & 0xFF;
      while (zeros != 0) {
        long next = place * Byte.SIZE + Integer.numberOfTrailingZeros(zeros);
        if (next < count) {
          long word = (row + next) / Long.SIZE;
          validity.setAtIndex(WORD, word, validity.getAtIndex(WORD, word) & ~(1L << (row + next)));
        }
        zeros &= zeros - 1;
      }
    }
  }

  /// Throws unless there is a bit for each row.
  ///
  /// @param bits as for [#markInvalid], or [MemorySegment#NULL]
  final void requireBits(long count, MemorySegment bits) {
    if (!bits.equals(MemorySegment.NULL) && bits.byteSize() * Byte.SIZE < count) {
      throw new IllegalArgumentException(bits.byteSize() + " bytes of validity for " + count + " rows");
    }
  }

  final long nullCount() {
    if (filled == rowCount) {
      return 0;
    }
    writeBitmap();
    long valid = 0;
    for (long word = 0; word * Long.SIZE < rowCount; word++) {
      valid += Long.bitCount(validity.getAtIndex(WORD, word));
    }
    return rowCount - valid;
  }

  /// The bitmap for an array, or null where no row is NULL.
  final ArrowMemory.@Nullable Buffer validityFor(long nullCount) {
    return nullCount == 0 ? null : validityBuffer;
  }
}
