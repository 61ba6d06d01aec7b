package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.dataprism.bindings.ArrowArrayNode;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.ColumnFactory;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.schema.Field;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of a record batch, or a part of a nested column: a view of Arrow memory that is read in place.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public abstract sealed class Column permits FixedWidthColumn, OffsetColumn, ArrayColumn, GroupColumn, NullColumn {

  static {
    ColumnFactory.install(
        new ColumnFactory() {
          @Override
          public Column create(ColumnLayout layout, ArrowArrayNode array, long firstRow, long rowCount) {
            return ColumnReader.read(new Slice(layout, array, array.offset() + firstRow, rowCount));
          }
        });
  }

  private final Field field;
  private final ArrowArrayNode array;
  private final long rowCount;
  private final long nullCount;
  private final MemorySegment validity;
  private final int validityOffset;

  Column(Slice slice) {
    this(slice, slice.validity());
  }

  private Column(Slice slice, MemorySegment validity) {
    this(slice, validity, slice.nullCount(validity));
  }

  Column(Slice slice, MemorySegment validity, long nullCount) {
    this.field = slice.layout().field();
    this.array = slice.array();
    this.rowCount = slice.rowCount();
    this.nullCount = nullCount;
    this.validity = validity;
    this.validityOffset = (int) (slice.start() % Byte.SIZE);
  }

  /// Name and type.
  public final Field field() {
    return field;
  }

  /// How many rows the column has.
  public final long rowCount() {
    return rowCount;
  }

  /// How many rows are NULL.
  public long nullCount() {
    return nullCount;
  }

  /// Whether a row is NULL.
  ///
  /// Inside a struct, an array or a union this tells about the part alone: where the whole is NULL, the part may or may
  /// not be.
  public boolean isNull(long row) {
    if (nullCount == 0) {
      checkRow(row);
      return false;
    }
    Objects.checkIndex(row, rowCount);
    long bit = validityOffset + row;
    return (validity.get(JAVA_BYTE, bit >>> 3) >> (bit & 7) & 1) == 0;
  }

  /// The value of a row as a Java object of the type that the typed getter documents, or null.
  public abstract @Nullable Object getObject(long row);

  /// The bitmap of the rows that are not NULL: the bit of row `r` is bit `(r + validityOffset()) % 8`, counted from the
  /// lowest, of byte `(r + validityOffset()) / 8`. Empty where the column came without one, which means that no row is
  /// NULL.
  ///
  /// @return a read-only view, valid as long as the batch
  public final MemorySegment validity() {
    return validity;
  }

  /// Which bit of [#validity()] belongs to row 0: 0 to 7.
  public final int validityOffset() {
    return validityOffset;
  }

  /// How many bytes of native memory the column's Arrow buffers take, its children's included.
  public long byteSize() {
    return validity.byteSize();
  }

  /// This column as one of a given class, for columns that come without an accessor of their own, such as the elements
  /// of a list: `list.child().as(Int32Column.class)`.
  ///
  /// @throws InvalidInputException if the column is of another class; the message names the accessor that fits
  public final <C extends Column> C as(Class<C> type) {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    String name = field.name();
    throw new InvalidInputException(
        Details.of(
            ErrorCode.INVALID_INPUT,
            "column '" + name + "' is " + field.type().sql() + ", not what a " + type.getSimpleName() + " holds",
            "it is read with "
                + Accessors.of(field.type())
                + "(\""
                + name
                + "\") or as("
                + getClass().getSimpleName()
                + ".class); another type takes a CAST in SQL"));
  }

  /// Name, type and size, not the values.
  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + field + ", " + rowCount + " rows]";
  }

  /// Throws if there is no such row, if the batch is closed, and on another thread than the batch's.
  final void checkRow(long row) {
    Objects.checkIndex(row, rowCount);
    checkAccess();
  }

  /// Throws if the batch is closed, and on another thread than the batch's.
  final void checkAccess() {
    // Reading the array's header is what throws; in a loop it costs nothing, for the compiler takes it out.
    array.length();
  }
}
