package io.dataprism.schema;

import io.dataprism.internal.name.SqlNames;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// The type of a column: one of SQL's plain types, or a record that says more, such as the precision of a DECIMAL or
/// the element of a LIST.
///
/// The hierarchy is closed, so that a `switch` over it is complete:
///
/// ```java
/// String kind = switch (field.type()) {
///   case DataType.Scalar scalar -> scalar.name();
///   case DataType.Decimal(int precision, int scale) -> "a number with " + scale + " decimals";
///   case DataType.ListOf(Field element) -> "a list of " + element.type().sql();
///   default -> field.type().sql();
/// };
/// ```
///
/// Immutable; two types are equal if they describe the same.
public sealed interface DataType {
  /// The type as DuckDB writes it, such as `INTEGER` or `STRUCT(a INTEGER, b VARCHAR[])`.
  ///
  /// An ENUM is written without its values, which only a column knows, and an unnamed struct with the names of its
  /// fields.
  String sql();

  /// The types that need no further description.
  enum Scalar implements DataType {
    /// A column that holds nothing but NULL.
    NULL("\"NULL\""),
    /// true and false.
    BOOLEAN("BOOLEAN"),
    /// Whole numbers of 8 bits.
    TINYINT("TINYINT"),
    /// Whole numbers of 16 bits.
    SMALLINT("SMALLINT"),
    /// Whole numbers of 32 bits.
    INTEGER("INTEGER"),
    /// Whole numbers of 64 bits.
    BIGINT("BIGINT"),
    /// Whole numbers of 128 bits.
    HUGEINT("HUGEINT"),
    /// Whole numbers of 8 bits, none negative.
    UTINYINT("UTINYINT"),
    /// Whole numbers of 16 bits, none negative.
    USMALLINT("USMALLINT"),
    /// Whole numbers of 32 bits, none negative.
    UINTEGER("UINTEGER"),
    /// Whole numbers of 64 bits, none negative.
    UBIGINT("UBIGINT"),
    /// Whole numbers of 128 bits, none negative.
    UHUGEINT("UHUGEINT"),
    /// Whole numbers of any size.
    BIGNUM("BIGNUM"),
    /// IEEE 754 numbers of 32 bits.
    FLOAT("FLOAT"),
    /// IEEE 754 numbers of 64 bits.
    DOUBLE("DOUBLE"),
    /// Text.
    VARCHAR("VARCHAR"),
    /// Text that is JSON.
    JSON("JSON"),
    /// Bytes.
    BLOB("BLOB"),
    /// Shapes, as well-known binary.
    GEOMETRY("GEOMETRY"),
    /// Strings of bits.
    BIT("BIT"),
    /// Universally unique identifiers.
    UUID("UUID"),
    /// Days.
    DATE("DATE"),
    /// Times of day in microseconds, each with its offset from UTC.
    TIME_TZ("TIME WITH TIME ZONE"),
    /// Months, days and a time.
    INTERVAL("INTERVAL"),
    /// Values out of a fixed list of texts.
    ENUM("ENUM"),
    /// Values of any type, each with its own, in the binary encoding of Parquet.
    VARIANT("VARIANT");

    private final String sql;

    Scalar(String sql) {
      this.sql = sql;
    }

    @Override
    public String sql() {
      return sql;
    }
  }

  /// Numbers with a fixed count of decimals.
  ///
  /// @param precision how many digits a number has at most, 1 to 38
  /// @param scale how many of them follow the point
  record Decimal(int precision, int scale) implements DataType {
    @Override
    public String sql() {
      return "DECIMAL(" + precision + "," + scale + ")";
    }
  }

  /// Times of day without a zone.
  ///
  /// @param unit microseconds or nanoseconds
  record Time(TimeUnit unit) implements DataType {
    /// Rejects null.
    public Time {
      Objects.requireNonNull(unit, "unit");
    }

    @Override
    public String sql() {
      return unit == TimeUnit.NANOSECOND ? "TIME_NS" : "TIME";
    }
  }

  /// Dates with times, without a zone.
  ///
  /// @param unit what the values count since 1970-01-01 00:00:00
  record Timestamp(TimeUnit unit) implements DataType {
    /// Rejects null.
    public Timestamp {
      Objects.requireNonNull(unit, "unit");
    }

    @Override
    public String sql() {
      return switch (unit) {
        case SECOND -> "TIMESTAMP_S";
        case MILLISECOND -> "TIMESTAMP_MS";
        case MICROSECOND -> "TIMESTAMP";
        case NANOSECOND -> "TIMESTAMP_NS";
      };
    }
  }

  /// Instants.
  ///
  /// @param unit what the values count since 1970-01-01 00:00:00 UTC
  /// @param zone the time zone of the session that ran the query, in which SQL shows the instants
  record TimestampTz(TimeUnit unit, String zone) implements DataType {
    /// Rejects null.
    public TimestampTz {
      Objects.requireNonNull(unit, "unit");
      Objects.requireNonNull(zone, "zone");
    }

    @Override
    public String sql() {
      return unit == TimeUnit.NANOSECOND ? "TIMESTAMPTZ_NS" : "TIMESTAMP WITH TIME ZONE";
    }
  }

  /// Lists of any length.
  ///
  /// @param element what a list holds
  record ListOf(Field element) implements DataType {
    /// Rejects null.
    public ListOf {
      Objects.requireNonNull(element, "element");
    }

    @Override
    public String sql() {
      return element.type().sql() + "[]";
    }
  }

  /// Lists of one length.
  ///
  /// @param element what an array holds
  /// @param length how many elements each array has
  record ArrayOf(Field element, int length) implements DataType {
    /// Rejects null.
    public ArrayOf {
      Objects.requireNonNull(element, "element");
    }

    @Override
    public String sql() {
      return element.type().sql() + "[" + length + "]";
    }
  }

  /// Values of several named fields.
  ///
  /// @param fields the fields; those of an unnamed struct, `row(…)` in SQL, are called `element1`, `element2`, …
  record Struct(List<Field> fields) implements DataType {
    /// Copies the list.
    public Struct {
      fields = List.copyOf(fields);
    }

    @Override
    public String sql() {
      return fields.isEmpty() ? "STRUCT" : "STRUCT" + inParentheses(fields);
    }
  }

  /// Keys with values.
  ///
  /// @param key the keys, which are never NULL
  /// @param value the values
  record MapOf(Field key, Field value) implements DataType {
    /// Rejects null.
    public MapOf {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    @Override
    public String sql() {
      return "MAP(" + key.type().sql() + ", " + value.type().sql() + ")";
    }
  }

  /// Values that belong to one of several members.
  ///
  /// @param members the members, in the order of their tags
  record Union(List<Field> members) implements DataType {
    /// Copies the list.
    public Union {
      members = List.copyOf(members);
    }

    @Override
    public String sql() {
      return "UNION" + inParentheses(members);
    }
  }

  private static String inParentheses(List<Field> fields) {
    return fields.stream()
        .map(field -> SqlNames.readable(field.name()) + " " + field.type().sql())
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
