package io.dataprism;

import io.dataprism.bindings.TypedValue;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A value for a parameter whose SQL type its Java class does not tell.
///
/// ```java
/// SqlValue small = SqlValue.of(DataType.Scalar.UTINYINT, 200);
/// SqlValue bits = SqlValue.of("BIT", "0101");
/// SqlValue none = SqlValue.of("BIGINT[]", null);
/// SqlValue point = SqlValue.struct(Map.of("x", 1.5, "y", 2.5));
/// ```
///
/// It stands wherever a value may: as a parameter, and in lists, maps and records. What it is made of is copied when it
/// is made. Immutable.
public final class SqlValue {
  private final TypedValue value;

  private SqlValue(TypedValue value) {
    this.value = value;
  }

  /// A value of a type that a column has, given as the column gives it: whatever [io.dataprism.column.Column#getObject]
  /// or a record has of a column of the type is the same value again as a parameter.
  ///
  /// Other values are cast to the type as SQL casts them, such as an `Integer` to UTINYINT. Two types cannot tell all:
  /// a text for an ENUM becomes one where SQL compares it with or assigns it to an ENUM, and a value for a UNION gets
  /// the member whose type is nearest; to choose another member, give `SqlValue.of("UNION(name TYPE)", value)`. A
  /// VARIANT is made from any value, but not from the encoding that its column gives.
  ///
  /// @param type the type
  /// @param value the value; of a STRUCT a `Map` with all fields, or a record
  /// @throws InvalidInputException if a field of a STRUCT is missing or there is no such field, or values are nested
  ///   deeper than 64
  public static SqlValue of(DataType type, @Nullable Object value) {
    return new SqlValue(new TypedValue.Cast(castable(type), true, ParameterCopy.of(type, value)));
  }

  /// A value that is cast to a type as SQL casts it. A type that the engine does not know, or a value that cannot be
  /// cast, fails when the statement is run.
  ///
  /// @param type the type as SQL writes it, such as `DECIMAL(9,2)[]` or the name of an ENUM
  /// @param value as for [Engine#query]
  /// @throws InvalidInputException if values are nested deeper than 64
  public static SqlValue of(String type, @Nullable Object value) {
    Objects.requireNonNull(type, "type");
    return new SqlValue(new TypedValue.Cast(type, false, ParameterCopy.of(value)));
  }

  /// A STRUCT.
  ///
  /// @param fields values by the names of the fields, in the order of the map; at least one
  /// @throws InvalidInputException if there are no fields, or values are nested deeper than 64
  public static SqlValue struct(Map<String, ? extends @Nullable Object> fields) {
    if (fields.isEmpty()) {
      throw ParameterCopy.invalid("a STRUCT has no fields", "give it one at least");
    }
    List<String> names = new ArrayList<>(fields.size());
    List<@Nullable Object> values = new ArrayList<>(fields.size());
    fields.forEach((name, value) -> {
      names.add(Objects.requireNonNull(name, "name"));
      values.add(ParameterCopy.of(value));
    });
    return new SqlValue(new TypedValue.StructOf(names, values));
  }

  /// A MAP. In lists, in records and beside other parameters a `Map` is one too; this is for a statement with one
  /// parameter, where a `Map<String, …>` gives values by name instead.
  ///
  /// @param entries keys, which are not null, with values
  /// @throws InvalidInputException if values are nested deeper than 64
  public static SqlValue map(Map<?, ? extends @Nullable Object> entries) {
    return new SqlValue(ParameterCopy.map(entries));
  }

  TypedValue value() {
    return value;
  }

  /// The type as a statement writes it. An ENUM, whose texts the type does not have, goes as text.
  static String castable(DataType type) {
    return switch (type) {
      case DataType.Scalar scalar -> scalar == DataType.Scalar.ENUM ? "VARCHAR" : scalar.sql();
      case DataType.ListOf(Field element) -> castable(element.type()) + "[]";
      case DataType.ArrayOf(Field element, int length) -> castable(element.type()) + "[" + length + "]";
      case DataType.Struct(List<Field> fields) -> "STRUCT" + ParameterCopy.inParentheses(fields);
      case DataType.Union(List<Field> members) -> "UNION" + ParameterCopy.inParentheses(members);
      case DataType.MapOf(Field key, Field value) ->
          "MAP(" + castable(key.type()) + ", " + castable(value.type()) + ")";
      default -> type.sql();
    };
  }
}
