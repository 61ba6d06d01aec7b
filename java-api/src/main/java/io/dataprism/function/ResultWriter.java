package io.dataprism.function;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Takes the results of a call, one for each row, in any order. A row that is not set is NULL. It belongs to the thread
/// of the call.
///
/// The setters of primitive values throw an [InvalidInputException] if the result is of another type, and
/// [IndexOutOfBoundsException] if there is no such row.
public interface ResultWriter {
  /// The type of the results.
  DataType type();

  /// How many rows there are.
  long rowCount();

  /// Sets a result of type DOUBLE.
  void setDouble(long row, double value);

  /// Sets a result of type FLOAT.
  void setFloat(long row, float value);

  /// Sets a result of type BIGINT, of UBIGINT by its bits, of TIME in microseconds since midnight, of TIMESTAMP or
  /// TIMESTAMP WITH TIME ZONE in microseconds since 1970.
  void setLong(long row, long value);

  /// Sets a result of type INTEGER, of UINTEGER by its bits, or of DATE in days since 1970.
  void setInt(long row, int value);

  /// Sets a result of type SMALLINT, or of USMALLINT by its bits.
  void setShort(long row, short value);

  /// Sets a result of type TINYINT, or of UTINYINT by its bits.
  void setByte(long row, byte value);

  /// Sets a result of type BOOLEAN.
  void setBoolean(long row, boolean value);

  /// Sets a result of any type to a value as [io.dataprism.Engine#query] takes it, which is cast to the type; null for
  /// NULL.
  ///
  /// @throws InvalidInputException if the value has no SQL type
  void set(long row, @Nullable Object value);

  /// Makes a result NULL that has been set before.
  void setNull(long row);

  /// The memory of the results, row by row without gaps, in the byte order of the machine, to be written as the columns
  /// of [io.dataprism.column] are read; [#setAll()] has to follow.
  ///
  /// @throws InvalidInputException if values of the type do not all take the same number of bytes, or DuckDB keeps them
  ///   otherwise
  MemorySegment values();

  /// Tells that all results have been written to [#values()]; some may still be made NULL.
  ///
  /// @throws InvalidInputException as [#values()]
  void setAll();
}
