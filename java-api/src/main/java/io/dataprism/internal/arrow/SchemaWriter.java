package io.dataprism.internal.arrow;

import io.dataprism.bindings.ArrowSchemaNode;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.UnsupportedException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import io.dataprism.schema.TimeUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Writes the Arrow schema of rows that Java makes, the way DuckDB reads it: the opposite of [SchemaReader], which
/// reads the same types out of it.
///
/// Offsets have 64 bits, so that no text is too long, but for those of maps, for which Arrow has 32 only. An ENUM is a
/// dictionary of texts with indices of 32 bits; its values stand in the array, not in the schema, and for DuckDB it is
/// a VARCHAR that takes few bytes.
public final class SchemaWriter {
  private static final long NULLABLE = 2;
  private static final int MAX_INT_DECIMAL = 9;
  private static final int MAX_LONG_DECIMAL = 18;
  private static final int MAX_UNION_MEMBERS = 128;

  private SchemaWriter() {}

  /// The schema of rows: a struct with one child a column.
  ///
  /// @throws UnsupportedException if DuckDB cannot take over a type
  public static ArrowSchemaNode write(Schema schema) {
    return node("+s", "", Map.of(), 0, children(schema.fields()));
  }

  /// The schema of one column.
  ///
  /// @throws UnsupportedException if DuckDB cannot take over the type
  public static ArrowSchemaNode write(Field field) {
    return field(field, field.name());
  }

  private static ArrowSchemaNode field(Field field, String name) {
    long flags = field.nullable() ? NULLABLE : 0;
    return switch (field.type()) {
      case Scalar scalar -> scalar(scalar, name, flags);
      case DataType.Decimal(int precision, int scale) ->
          plain("d:" + precision + "," + scale + decimalBits(precision), name, flags);
      case DataType.Time(TimeUnit unit) -> plain(timeFormat(field, unit), name, flags);
      case DataType.Timestamp(TimeUnit unit) -> plain("ts" + letter(unit) + ":", name, flags);
      case DataType.TimestampTz(TimeUnit unit, String zone) ->
          plain("ts" + letter(unit) + ":" + (zone.isEmpty() ? "UTC" : zone), name, flags);
      case DataType.ListOf(Field element) -> node("+L", name, Map.of(), flags, List.of(field(element, element.name())));
      case DataType.ArrayOf(Field element, int length) ->
          node("+w:" + length, name, Map.of(), flags, List.of(field(element, element.name())));
      case DataType.Struct(List<Field> fields) -> {
        if (fields.isEmpty()) {
          throw unsupported(field, "has no fields", "give it one at least");
        }
        yield node("+s", name, Map.of(), flags, children(fields));
      }
      case DataType.MapOf(Field key, Field value) -> {
        ArrowSchemaNode keys = field(new Field("key", key.type(), false), "key");
        ArrowSchemaNode entries = node("+s", "entries", Map.of(), 0, List.of(keys, field(value, "value")));
        yield node("+m", name, Map.of(), flags, List.of(entries));
      }
      case DataType.Union(List<Field> members) -> union(field, members, name, flags);
    };
  }

  private static ArrowSchemaNode scalar(Scalar type, String name, long flags) {
    return switch (type) {
      case NULL -> plain("n", name, flags);
      case BOOLEAN -> extension("c", name, flags, "arrow.bool8");
      case TINYINT -> plain("c", name, flags);
      case SMALLINT -> plain("s", name, flags);
      case INTEGER -> plain("i", name, flags);
      case BIGINT -> plain("l", name, flags);
      case HUGEINT -> opaque("w:16", name, flags, "hugeint");
      case UTINYINT -> plain("C", name, flags);
      case USMALLINT -> plain("S", name, flags);
      case UINTEGER -> plain("I", name, flags);
      case UBIGINT -> plain("L", name, flags);
      case UHUGEINT -> opaque("w:16", name, flags, "uhugeint");
      case BIGNUM -> opaque("Z", name, flags, "bignum");
      case FLOAT -> plain("f", name, flags);
      case DOUBLE -> plain("g", name, flags);
      case VARCHAR -> plain("U", name, flags);
      case JSON -> extension("U", name, flags, "arrow.json");
      case BLOB -> plain("Z", name, flags);
      case GEOMETRY -> extension("Z", name, flags, "geoarrow.wkb");
      case BIT -> opaque("Z", name, flags, "bit");
      case UUID -> extension("w:16", name, flags, "arrow.uuid");
      case DATE -> plain("tdD", name, flags);
      case TIME_TZ -> opaque("w:8", name, flags, "time_tz");
      case INTERVAL -> plain("tin", name, flags);
      case ENUM -> new ArrowSchemaNode("I", name, Map.of(), flags, List.of(), plain("U", "", NULLABLE));
      case VARIANT ->
          node(
              "+s",
              name,
              extensionOf("arrow.parquet.variant", ""),
              flags,
              List.of(plain("Z", "metadata", 0), plain("Z", "value", NULLABLE)));
    };
  }

  private static ArrowSchemaNode union(Field field, List<Field> members, String name, long flags) {
    if (members.isEmpty() || members.size() > MAX_UNION_MEMBERS) {
      throw unsupported(field, "has " + members.size() + " members", "give it 1 to " + MAX_UNION_MEMBERS);
    }
    String tags = IntStream.range(0, members.size()).mapToObj(Integer::toString).collect(Collectors.joining(","));
    return node("+us:" + tags, name, Map.of(), flags, children(members));
  }

  private static List<ArrowSchemaNode> children(List<Field> fields) {
    List<ArrowSchemaNode> children = new ArrayList<>(fields.size());
    for (Field field : fields) {
      children.add(write(field));
    }
    return List.copyOf(children);
  }

  /// Arrow leaves the bits out where there are 128.
  private static String decimalBits(int precision) {
    if (precision <= MAX_INT_DECIMAL) {
      return ",32";
    }
    return precision <= MAX_LONG_DECIMAL ? ",64" : "";
  }

  private static String timeFormat(Field field, TimeUnit unit) {
    return switch (unit) {
      case MICROSECOND, NANOSECOND -> "tt" + letter(unit);
      case SECOND, MILLISECOND ->
          throw unsupported(field, "counts " + unit, "count microseconds or nanoseconds, which DuckDB's times do");
    };
  }

  private static char letter(TimeUnit unit) {
    return switch (unit) {
      case SECOND -> 's';
      case MILLISECOND -> 'm';
      case MICROSECOND -> 'u';
      case NANOSECOND -> 'n';
    };
  }

  private static ArrowSchemaNode plain(String format, String name, long flags) {
    return node(format, name, Map.of(), flags, List.of());
  }

  private static ArrowSchemaNode extension(String format, String name, long flags, String extension) {
    return node(format, name, extensionOf(extension, ""), flags, List.of());
  }

  /// A type of DuckDB's own.
  private static ArrowSchemaNode opaque(String format, String name, long flags, String type) {
    String described = "{\"type_name\":\"" + type + "\",\"vendor_name\":\"DuckDB\"}";
    return node(format, name, extensionOf("arrow.opaque", described), flags, List.of());
  }

  private static Map<String, String> extensionOf(String name, String metadata) {
    return Map.of(SchemaReader.EXTENSION_NAME, name, SchemaReader.EXTENSION_METADATA, metadata);
  }

  private static ArrowSchemaNode node(
      String format, String name, Map<String, String> metadata, long flags, List<ArrowSchemaNode> children) {
    return new ArrowSchemaNode(format, name, metadata, flags, children, null);
  }

  private static UnsupportedException unsupported(Field field, String what, String hint) {
    return new UnsupportedException(
        Details.of(
            ErrorCode.NOT_IMPLEMENTED,
            "column '"
                + field.name()
                + "' is "
                + field.type().sql()
                + ", which "
                + what
                + ": DuckDB takes no such type",
            hint));
  }
}
