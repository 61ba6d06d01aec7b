package io.dataprism.column;

import io.dataprism.error.InvalidInputException;

/// Columns of one row count, found by name or by index: those of a [io.dataprism.RecordBatch], the fields of a
/// [StructColumn], the members of a [UnionColumn].
///
/// There is one accessor for each kind of type. All of them, and [#column(String)], throw an [InvalidInputException] if
/// there is no column of the name or more than one, and [IndexOutOfBoundsException] for a wrong index. An accessor that
/// does not fit the column's type throws an [InvalidInputException] that names the one that does.
///
/// Names are looked up as SQL looks them up: a name in the same case wins, otherwise case does not matter.
public interface ColumnSet {
  /// How many columns there are.
  int columnCount();

  /// A column of any type.
  ///
  /// @param index its place, counted from zero
  /// @throws IndexOutOfBoundsException if there is no such column
  Column column(int index);

  /// A column of any type.
  ///
  /// @throws InvalidInputException if there is no column of this name, or more than one
  Column column(String name);

  /// A BOOLEAN column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default BooleanColumn bool(String name) {
    return column(name).as(BooleanColumn.class);
  }

  /// A BOOLEAN column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default BooleanColumn bool(int index) {
    return column(index).as(BooleanColumn.class);
  }

  /// A TINYINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Int8Column int8(String name) {
    return column(name).as(Int8Column.class);
  }

  /// A TINYINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Int8Column int8(int index) {
    return column(index).as(Int8Column.class);
  }

  /// A SMALLINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Int16Column int16(String name) {
    return column(name).as(Int16Column.class);
  }

  /// A SMALLINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Int16Column int16(int index) {
    return column(index).as(Int16Column.class);
  }

  /// An INTEGER column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Int32Column int32(String name) {
    return column(name).as(Int32Column.class);
  }

  /// An INTEGER column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Int32Column int32(int index) {
    return column(index).as(Int32Column.class);
  }

  /// A BIGINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Int64Column int64(String name) {
    return column(name).as(Int64Column.class);
  }

  /// A BIGINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Int64Column int64(int index) {
    return column(index).as(Int64Column.class);
  }

  /// A HUGEINT or UHUGEINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Int128Column int128(String name) {
    return column(name).as(Int128Column.class);
  }

  /// A HUGEINT or UHUGEINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Int128Column int128(int index) {
    return column(index).as(Int128Column.class);
  }

  /// A UTINYINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default UInt8Column uint8(String name) {
    return column(name).as(UInt8Column.class);
  }

  /// A UTINYINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default UInt8Column uint8(int index) {
    return column(index).as(UInt8Column.class);
  }

  /// A USMALLINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default UInt16Column uint16(String name) {
    return column(name).as(UInt16Column.class);
  }

  /// A USMALLINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default UInt16Column uint16(int index) {
    return column(index).as(UInt16Column.class);
  }

  /// A UINTEGER column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default UInt32Column uint32(String name) {
    return column(name).as(UInt32Column.class);
  }

  /// A UINTEGER column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default UInt32Column uint32(int index) {
    return column(index).as(UInt32Column.class);
  }

  /// A UBIGINT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default UInt64Column uint64(String name) {
    return column(name).as(UInt64Column.class);
  }

  /// A UBIGINT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default UInt64Column uint64(int index) {
    return column(index).as(UInt64Column.class);
  }

  /// A BIGNUM column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default BignumColumn bignum(String name) {
    return column(name).as(BignumColumn.class);
  }

  /// A BIGNUM column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default BignumColumn bignum(int index) {
    return column(index).as(BignumColumn.class);
  }

  /// A FLOAT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Float32Column float32(String name) {
    return column(name).as(Float32Column.class);
  }

  /// A FLOAT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Float32Column float32(int index) {
    return column(index).as(Float32Column.class);
  }

  /// A DOUBLE column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Float64Column float64(String name) {
    return column(name).as(Float64Column.class);
  }

  /// A DOUBLE column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Float64Column float64(int index) {
    return column(index).as(Float64Column.class);
  }

  /// A DECIMAL column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default DecimalColumn decimal(String name) {
    return column(name).as(DecimalColumn.class);
  }

  /// A DECIMAL column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default DecimalColumn decimal(int index) {
    return column(index).as(DecimalColumn.class);
  }

  /// A VARCHAR or JSON column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default Utf8Column utf8(String name) {
    return column(name).as(Utf8Column.class);
  }

  /// A VARCHAR or JSON column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default Utf8Column utf8(int index) {
    return column(index).as(Utf8Column.class);
  }

  /// A BLOB or GEOMETRY column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default BinaryColumn binary(String name) {
    return column(name).as(BinaryColumn.class);
  }

  /// A BLOB or GEOMETRY column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default BinaryColumn binary(int index) {
    return column(index).as(BinaryColumn.class);
  }

  /// A BIT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default BitColumn bit(String name) {
    return column(name).as(BitColumn.class);
  }

  /// A BIT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default BitColumn bit(int index) {
    return column(index).as(BitColumn.class);
  }

  /// A UUID column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default UuidColumn uuid(String name) {
    return column(name).as(UuidColumn.class);
  }

  /// A UUID column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default UuidColumn uuid(int index) {
    return column(index).as(UuidColumn.class);
  }

  /// A DATE column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default DateColumn date(String name) {
    return column(name).as(DateColumn.class);
  }

  /// A DATE column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default DateColumn date(int index) {
    return column(index).as(DateColumn.class);
  }

  /// A TIME or TIME_NS column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default TimeColumn time(String name) {
    return column(name).as(TimeColumn.class);
  }

  /// A TIME or TIME_NS column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default TimeColumn time(int index) {
    return column(index).as(TimeColumn.class);
  }

  /// A TIME WITH TIME ZONE column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default TimeTzColumn timeTz(String name) {
    return column(name).as(TimeTzColumn.class);
  }

  /// A TIME WITH TIME ZONE column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default TimeTzColumn timeTz(int index) {
    return column(index).as(TimeTzColumn.class);
  }

  /// A TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS or TIMESTAMP_NS column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default TimestampColumn timestamp(String name) {
    return column(name).as(TimestampColumn.class);
  }

  /// A TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS or TIMESTAMP_NS column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default TimestampColumn timestamp(int index) {
    return column(index).as(TimestampColumn.class);
  }

  /// A TIMESTAMP WITH TIME ZONE column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default TimestampTzColumn timestampTz(String name) {
    return column(name).as(TimestampTzColumn.class);
  }

  /// A TIMESTAMP WITH TIME ZONE column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default TimestampTzColumn timestampTz(int index) {
    return column(index).as(TimestampTzColumn.class);
  }

  /// An INTERVAL column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default IntervalColumn interval(String name) {
    return column(name).as(IntervalColumn.class);
  }

  /// An INTERVAL column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default IntervalColumn interval(int index) {
    return column(index).as(IntervalColumn.class);
  }

  /// An ENUM column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default EnumColumn enumeration(String name) {
    return column(name).as(EnumColumn.class);
  }

  /// An ENUM column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default EnumColumn enumeration(int index) {
    return column(index).as(EnumColumn.class);
  }

  /// A LIST column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default ListColumn list(String name) {
    return column(name).as(ListColumn.class);
  }

  /// A LIST column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default ListColumn list(int index) {
    return column(index).as(ListColumn.class);
  }

  /// An ARRAY column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default ArrayColumn array(String name) {
    return column(name).as(ArrayColumn.class);
  }

  /// An ARRAY column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default ArrayColumn array(int index) {
    return column(index).as(ArrayColumn.class);
  }

  /// A STRUCT or VARIANT column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default StructColumn struct(String name) {
    return column(name).as(StructColumn.class);
  }

  /// A STRUCT or VARIANT column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default StructColumn struct(int index) {
    return column(index).as(StructColumn.class);
  }

  /// A MAP column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default MapColumn map(String name) {
    return column(name).as(MapColumn.class);
  }

  /// A MAP column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default MapColumn map(int index) {
    return column(index).as(MapColumn.class);
  }

  /// A UNION column.
  ///
  /// @throws InvalidInputException if there is no such column, or it is of another type
  default UnionColumn union(String name) {
    return column(name).as(UnionColumn.class);
  }

  /// A UNION column.
  ///
  /// @throws InvalidInputException if the column is of another type
  default UnionColumn union(int index) {
    return column(index).as(UnionColumn.class);
  }
}
