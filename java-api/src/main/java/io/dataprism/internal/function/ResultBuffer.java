package io.dataprism.internal.function;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.dataprism.bindings.FunctionCall;
import io.dataprism.function.ResultWriter;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.TimeUnit;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The results of a call in progress. Those of plain numbers are written where DuckDB wants them, others are collected
/// and handed over at the end.
final class ResultBuffer implements ResultWriter {
  /// How values lie in memory, as far as they are written one by one.
  private enum Kind {
    DOUBLE,
    FLOAT,
    LONG,
    INT,
    SHORT,
    BYTE,
    BOOLEAN,
    TEXT,
    BYTES,
    OTHER
  }

  private final FunctionCall call;
  private final ValueCopy copy;
  private final DataType type;
  private final Kind kind;
  private final long rowCount;
  private final MemorySegment values;
  private final MemorySegment validity;

  /// All rows before this one are set, and the bitmap does not say so yet: rows mostly come in order.
  private long inOrder;

  private @Nullable Object @Nullable [] objects;

  ResultBuffer(FunctionCall call, ColumnLayout layout, ValueCopy copy) {
    this.call = call;
    this.copy = copy;
    this.type = layout.field().type();
    this.rowCount = call.rowCount();
    boolean inPlace = call.isInPlace();
    this.kind = kind(type, inPlace);
    this.values = inPlace ? call.values(layout.width()) : MemorySegment.NULL;
    this.validity = inPlace ? call.validity() : MemorySegment.NULL;
  }

  private static Kind kind(DataType type, boolean inPlace) {
    if (inPlace) {
      return switch (type) {
        case Scalar scalar ->
            switch (scalar) {
              case DOUBLE -> Kind.DOUBLE;
              case FLOAT -> Kind.FLOAT;
              case BIGINT, UBIGINT -> Kind.LONG;
              case INTEGER, UINTEGER, DATE -> Kind.INT;
              case SMALLINT, USMALLINT -> Kind.SHORT;
              case TINYINT, UTINYINT -> Kind.BYTE;
              case BOOLEAN -> Kind.BOOLEAN;
              default -> Kind.OTHER;
            };
        case DataType.Time(TimeUnit unit) when unit == TimeUnit.MICROSECOND -> Kind.LONG;
        case DataType.Timestamp(TimeUnit unit) when unit == TimeUnit.MICROSECOND -> Kind.LONG;
        case DataType.TimestampTz(TimeUnit unit, String _) when unit == TimeUnit.MICROSECOND -> Kind.LONG;
        default -> Kind.OTHER;
      };
    }
    if (type == Scalar.VARCHAR || type == Scalar.JSON) {
      return Kind.TEXT;
    }
    return type == Scalar.BLOB ? Kind.BYTES : Kind.OTHER;
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public long rowCount() {
    return rowCount;
  }

  @Override
  public void setDouble(long row, double value) {
    require(Kind.DOUBLE);
    Objects.checkIndex(row, rowCount);
    values.setAtIndex(JAVA_DOUBLE_UNALIGNED, row, value);
    mark(row);
  }

  @Override
  public void setFloat(long row, float value) {
    require(Kind.FLOAT);
    Objects.checkIndex(row, rowCount);
    values.setAtIndex(JAVA_FLOAT_UNALIGNED, row, value);
    mark(row);
  }

  @Override
  public void setLong(long row, long value) {
    require(Kind.LONG);
    Objects.checkIndex(row, rowCount);
    values.setAtIndex(JAVA_LONG_UNALIGNED, row, value);
    mark(row);
  }

  @Override
  public void setInt(long row, int value) {
    require(Kind.INT);
    Objects.checkIndex(row, rowCount);
    values.setAtIndex(JAVA_INT_UNALIGNED, row, value);
    mark(row);
  }

  @Override
  public void setShort(long row, short value) {
    require(Kind.SHORT);
    Objects.checkIndex(row, rowCount);
    values.setAtIndex(JAVA_SHORT_UNALIGNED, row, value);
    mark(row);
  }

  @Override
  public void setByte(long row, byte value) {
    require(Kind.BYTE);
    Objects.checkIndex(row, rowCount);
    values.set(JAVA_BYTE, row, value);
    mark(row);
  }

  @Override
  public void setBoolean(long row, boolean value) {
    require(Kind.BOOLEAN);
    Objects.checkIndex(row, rowCount);
    values.set(JAVA_BYTE, row, (byte) (value ? 1 : 0));
    mark(row);
  }

  @Override
  public void set(long row, @Nullable Object value) {
    Objects.checkIndex(row, rowCount);
    if (value == null) {
      setNull(row);
      return;
    }
    switch (value) {
      case Double number when kind == Kind.DOUBLE && objects == null -> setDouble(row, number);
      case Float number when kind == Kind.FLOAT && objects == null -> setFloat(row, number);
      case Long number when type == Scalar.BIGINT && objects == null -> setLong(row, number);
      case Integer number when type == Scalar.INTEGER && objects == null -> setInt(row, number);
      case Short number when type == Scalar.SMALLINT && objects == null -> setShort(row, number);
      case Byte number when type == Scalar.TINYINT && objects == null -> setByte(row, number);
      case Boolean bool when kind == Kind.BOOLEAN && objects == null -> setBoolean(row, bool);
      default -> {
        if (inOrder > 0 || (objects == null && isAnySet())) {
          // Some were written in place, and some have to be cast: all go the same way.
          moveToObjects();
        }
        objects()[(int) row] = value;
      }
    }
  }

  private @Nullable Object[] objects() {
    @Nullable Object[] made = objects;
    if (made == null) {
      made = new @Nullable Object[Math.toIntExact(rowCount)];
      objects = made;
    }
    return made;
  }

  @Override
  public void setNull(long row) {
    Objects.checkIndex(row, rowCount);
    if (objects != null) {
      objects[(int) row] = null;
    }
    if (validity.byteSize() > 0 && (row < inOrder || isAnySet())) {
      flush();
      long word = validity.getAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE);
      validity.setAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE, word & ~(1L << row));
    }
  }

  @Override
  public MemorySegment values() {
    requireInPlace();
    return values;
  }

  @Override
  public void setAll() {
    requireInPlace();
    inOrder = rowCount;
  }

  private void requireInPlace() {
    if (values.byteSize() == 0 && rowCount > 0) {
      throw JavaTypes.invalid("results of type " + type.sql() + " cannot be written to memory", "use ResultWriter.set");
    }
  }

  private void require(Kind wanted) {
    if (kind != wanted || objects != null) {
      throw JavaTypes.invalid(
          "a result of type " + type.sql() + " is not set as a primitive " + wanted.name().toLowerCase(Locale.ROOT),
          "use the setter of the type, or ResultWriter.set for all rows");
    }
  }

  private void mark(long row) {
    if (row == inOrder) {
      inOrder = row + 1;
    } else if (row > inOrder) {
      long word = validity.getAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE);
      validity.setAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE, word | 1L << row);
    }
  }

  /// Writes into the bitmap what is known without it.
  private void flush() {
    long row = 0;
    for (; row + Long.SIZE <= inOrder; row += Long.SIZE) {
      validity.setAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE, -1L);
    }
    if (row < inOrder) {
      long word = validity.getAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE);
      validity.setAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE, word | (1L << inOrder) - 1);
    }
    inOrder = 0;
  }

  private boolean isAnySet() {
    for (long word = 0; word < validity.byteSize() / Long.BYTES; word++) {
      if (validity.getAtIndex(JAVA_LONG_UNALIGNED, word) != 0) {
        return true;
      }
    }
    return false;
  }

  private void moveToObjects() {
    flush();
    @Nullable Object[] moved = objects();
    for (int row = 0; row < rowCount; row++) {
      if ((validity.getAtIndex(JAVA_LONG_UNALIGNED, row / Long.SIZE) >>> row & 1) != 0) {
        moved[row] = read(row);
      }
    }
    validity.fill((byte) 0);
  }

  private Object read(int row) {
    return switch (kind) {
      case DOUBLE -> values.getAtIndex(JAVA_DOUBLE_UNALIGNED, row);
      case FLOAT -> values.getAtIndex(JAVA_FLOAT_UNALIGNED, row);
      case LONG -> values.getAtIndex(JAVA_LONG_UNALIGNED, row);
      case INT -> values.getAtIndex(JAVA_INT_UNALIGNED, row);
      case SHORT -> values.getAtIndex(JAVA_SHORT_UNALIGNED, row);
      case BYTE -> values.get(JAVA_BYTE, row);
      case BOOLEAN -> values.get(JAVA_BYTE, row) != 0;
      case TEXT, BYTES, OTHER ->
          throw JavaTypes.invalid(
              "results of type " + type.sql() + " were written to memory and set, both", "use one of them");
    };
  }

  /// Hands the results over.
  void finish() {
    @Nullable Object[] collected = objects;
    if (collected == null) {
      flush();
      return;
    }
    if (kind == Kind.TEXT || kind == Kind.BYTES) {
      byte[] @Nullable [] bytes = new byte[collected.length][];
      boolean plain = true;
      for (int row = 0; row < collected.length && plain; row++) {
        plain = true;
        switch (collected[row]) {
          case null -> bytes[row] = null;
          case String text when kind == Kind.TEXT -> bytes[row] = text.getBytes(StandardCharsets.UTF_8);
          case byte[] value when kind == Kind.BYTES -> bytes[row] = value;
          default -> plain = false;
        }
      }
      if (plain) {
        call.putBytes(bytes);
        return;
      }
    }
    for (int row = 0; row < collected.length; row++) {
      collected[row] = copy.of(type, collected[row]);
    }
    call.put(collected);
  }
}
