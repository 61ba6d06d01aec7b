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
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Reads the Arrow schema of a result.
///
/// DuckDB tells types that Arrow does not have as extension types, whose names stand in the metadata of a field; those
/// of its own are all called `arrow.opaque` and carry their name in a second entry, as JSON.
public final class SchemaReader {
  static final String EXTENSION_NAME = "ARROW:extension:name";
  static final String EXTENSION_METADATA = "ARROW:extension:metadata";
  private static final int NULLABLE = 2;

  private SchemaReader() {}

  /// Reads the schema of a result: a struct with one child a column.
  ///
  /// @throws UnsupportedException if a column has a form that DuckDB only gives after a change of its Arrow settings,
  ///   or is of a type that DuckDB does not hand over correctly
  public static ResultLayout read(ArrowSchemaNode root) {
    ResultLayout layout = readWritten(root);
    for (ColumnLayout column : layout.columns()) {
      refuseConvertedInArray(column, column.field(), false);
    }
    return layout;
  }

  /// Reads the schema of rows that Java writes.
  static ResultLayout readWritten(ArrowSchemaNode root) {
    List<ColumnLayout> columns = children(root);
    return new ResultLayout(new Schema(fields(columns)), columns);
  }

  /// DuckDB 2.0.0 converts BOOLEAN and VARIANT for Arrow. Where such values lie in an ARRAY and a batch ends within one
  /// of DuckDB's vectors, it converts too few of them for the rest of the vector, and then reads beyond them: the
  /// values are wrong, and a VARIANT takes the process down. Lists, maps and unions copy their elements first and are
  /// not affected.
  private static void refuseConvertedInArray(ColumnLayout layout, Field column, boolean inArray) {
    DataType type = layout.field().type();
    if (inArray && (type == Scalar.BOOLEAN || type == Scalar.VARIANT)) {
      String list = column.type() instanceof DataType.ArrayOf(Field element, int _) ? element.type().sql() : "…";
      throw new UnsupportedException(
          Details.of(
              ErrorCode.NOT_IMPLEMENTED,
              "column '"
                  + column.name()
                  + "' is "
                  + column.type().sql()
                  + ", which DuckDB does not hand over correctly",
              "make its arrays lists in SQL: CAST(" + column.name() + " AS " + list + "[])"));
    }
    if (type instanceof DataType.ArrayOf || type instanceof DataType.Struct) {
      for (ColumnLayout child : layout.children()) {
        refuseConvertedInArray(child, column, inArray || type instanceof DataType.ArrayOf);
      }
    }
  }

  private static ColumnLayout column(ArrowSchemaNode node, String name) {
    if (node.dictionary() != null) {
      return enumeration(node, name);
    }
    return switch (extension(node)) {
      case "arrow.bool8" -> plain(node, name, Scalar.BOOLEAN, Byte.BYTES);
      case "arrow.uuid" -> plain(node, name, Scalar.UUID, 2 * Long.BYTES);
      case "arrow.json" -> plain(node, name, Scalar.JSON, offsetWidth(node, name));
      case "geoarrow.wkb" -> plain(node, name, Scalar.GEOMETRY, offsetWidth(node, name));
      case "arrow.parquet.variant" -> nested(node, name, Scalar.VARIANT, 0, children(node), "field");
      case "hugeint" -> plain(node, name, Scalar.HUGEINT, 2 * Long.BYTES);
      case "uhugeint" -> plain(node, name, Scalar.UHUGEINT, 2 * Long.BYTES);
      case "time_tz" -> plain(node, name, Scalar.TIME_TZ, Long.BYTES);
      case "bit" -> plain(node, name, Scalar.BIT, offsetWidth(node, name));
      case "bignum" -> plain(node, name, Scalar.BIGNUM, offsetWidth(node, name));
      // An extension that is not known here is read as what it is stored as, as Arrow asks of readers.
      default -> storage(node, name);
    };
  }

  /// Apart, for most results have no such type, and making a pattern takes a while in a JVM that has just begun.
  private static final class OpaqueType {
    static final Pattern NAME = Pattern.compile("\"type_name\"\\s*:\\s*\"([^\"]*)\"");
  }

  private static String extension(ArrowSchemaNode node) {
    String name = node.metadata().getOrDefault(EXTENSION_NAME, "");
    if (!name.equals("arrow.opaque")) {
      return name;
    }
    Matcher type = OpaqueType.NAME.matcher(node.metadata().getOrDefault(EXTENSION_METADATA, ""));
    return type.find() ? type.group(1) : name;
  }

  private static ColumnLayout storage(ArrowSchemaNode node, String name) {
    String format = node.format();
    return switch (format) {
      case "n" -> plain(node, name, Scalar.NULL, 0);
      case "c" -> plain(node, name, Scalar.TINYINT, Byte.BYTES);
      case "C" -> plain(node, name, Scalar.UTINYINT, Byte.BYTES);
      case "s" -> plain(node, name, Scalar.SMALLINT, Short.BYTES);
      case "S" -> plain(node, name, Scalar.USMALLINT, Short.BYTES);
      case "i" -> plain(node, name, Scalar.INTEGER, Integer.BYTES);
      case "I" -> plain(node, name, Scalar.UINTEGER, Integer.BYTES);
      case "l" -> plain(node, name, Scalar.BIGINT, Long.BYTES);
      case "L" -> plain(node, name, Scalar.UBIGINT, Long.BYTES);
      case "f" -> plain(node, name, Scalar.FLOAT, Float.BYTES);
      case "g" -> plain(node, name, Scalar.DOUBLE, Double.BYTES);
      case "u", "U" -> plain(node, name, Scalar.VARCHAR, offsetWidth(node, name));
      case "z", "Z" -> plain(node, name, Scalar.BLOB, offsetWidth(node, name));
      case "tdD" -> plain(node, name, Scalar.DATE, Integer.BYTES);
      case "ttu" -> plain(node, name, new DataType.Time(TimeUnit.MICROSECOND), Long.BYTES);
      case "ttn" -> plain(node, name, new DataType.Time(TimeUnit.NANOSECOND), Long.BYTES);
      case "tin" -> plain(node, name, Scalar.INTERVAL, 2 * Long.BYTES);
      case "+l" -> list(node, name, Integer.BYTES);
      case "+L" -> list(node, name, Long.BYTES);
      case "+m" -> map(node, name);
      case "+s" -> struct(node, name);
      default -> parameterized(node, name);
    };
  }

  private static ColumnLayout parameterized(ArrowSchemaNode node, String name) {
    String format = node.format();
    if (format.startsWith("d:")) {
      return decimal(node, name, format.substring(2).split(",", -1));
    }
    if (format.startsWith("ts") && format.indexOf(':') == 3) {
      TimeUnit unit = timestampUnit(node, name);
      String zone = format.substring(4);
      DataType type = zone.isEmpty() ? new DataType.Timestamp(unit) : new DataType.TimestampTz(unit, zone);
      return plain(node, name, type, Long.BYTES);
    }
    if (format.startsWith("+w:")) {
      ColumnLayout element = column(node.children().getFirst(), "element");
      DataType type = new DataType.ArrayOf(element.field(), Integer.parseInt(format.substring(3)));
      return nested(node, name, type, 0, List.of(element), "element");
    }
    if (format.startsWith("+us:")) {
      return union(node, name);
    }
    throw unsupported(node, name);
  }

  private static ColumnLayout decimal(ArrowSchemaNode node, String name, String[] numbers) {
    if (numbers.length != 2 && numbers.length != 3) {
      throw unsupported(node, name);
    }
    int bits = numbers.length == 2 ? 128 : Integer.parseInt(numbers[2]);
    DataType type = new DataType.Decimal(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    return plain(node, name, type, bits / Byte.SIZE);
  }

  private static TimeUnit timestampUnit(ArrowSchemaNode node, String name) {
    return switch (node.format().charAt(2)) {
      case 's' -> TimeUnit.SECOND;
      case 'm' -> TimeUnit.MILLISECOND;
      case 'u' -> TimeUnit.MICROSECOND;
      case 'n' -> TimeUnit.NANOSECOND;
      default -> throw unsupported(node, name);
    };
  }

  private static int offsetWidth(ArrowSchemaNode node, String name) {
    return switch (node.format()) {
      case "u", "z" -> Integer.BYTES;
      case "U", "Z" -> Long.BYTES;
      default -> throw unsupported(node, name);
    };
  }

  private static ColumnLayout enumeration(ArrowSchemaNode node, String name) {
    int indexWidth =
        switch (node.format()) {
          case "C" -> Byte.BYTES;
          case "S" -> Short.BYTES;
          case "I" -> Integer.BYTES;
          default -> throw unsupported(node, name);
        };
    ArrowSchemaNode dictionary = node.dictionary();
    if (dictionary == null) {
      throw unsupported(node, name);
    }
    return nested(node, name, Scalar.ENUM, indexWidth, List.of(column(dictionary, name)), "value");
  }

  private static ColumnLayout list(ArrowSchemaNode node, String name, int offsetWidth) {
    ColumnLayout element = column(node.children().getFirst(), "element");
    return nested(node, name, new DataType.ListOf(element.field()), offsetWidth, List.of(element), "element");
  }

  private static ColumnLayout map(ArrowSchemaNode node, String name) {
    ArrowSchemaNode entries = node.children().getFirst();
    ColumnLayout key = column(entries.children().get(0), "key");
    ColumnLayout value = column(entries.children().get(1), "value");
    DataType type = new DataType.MapOf(key.field(), value.field());
    // Arrow knows maps with offsets of 32 bits only.
    return nested(node, name, type, Integer.BYTES, List.of(key, value), "part");
  }

  private static ColumnLayout struct(ArrowSchemaNode node, String name) {
    List<ColumnLayout> children = children(node);
    return nested(node, name, new DataType.Struct(fields(children)), 0, children, "field");
  }

  private static ColumnLayout union(ArrowSchemaNode node, String name) {
    List<ColumnLayout> members = children(node);
    String tags = IntStream.range(0, members.size()).mapToObj(Integer::toString).collect(Collectors.joining(","));
    if (!node.format().equals("+us:" + tags)) {
      throw unsupported(node, name);
    }
    return nested(node, name, new DataType.Union(fields(members)), Byte.BYTES, members, "member");
  }

  private static List<ColumnLayout> children(ArrowSchemaNode node) {
    return node.children().stream().map(child -> column(child, child.name())).toList();
  }

  private static List<Field> fields(List<ColumnLayout> children) {
    return children.stream().map(ColumnLayout::field).toList();
  }

  private static ColumnLayout plain(ArrowSchemaNode node, String name, DataType type, int width) {
    return nested(node, name, type, width, List.of(), "child");
  }

  private static ColumnLayout nested(
      ArrowSchemaNode node, String name, DataType type, int width, List<ColumnLayout> children, String childKind) {
    Field field = new Field(name, type, (node.flags() & NULLABLE) != 0);
    return new ColumnLayout(field, width, children, childKind);
  }

  private static UnsupportedException unsupported(ArrowSchemaNode node, String name) {
    return new UnsupportedException(
        Details.of(
            ErrorCode.NOT_IMPLEMENTED,
            "column '" + name + "' arrives in the Arrow format '" + node.format() + "', which is not read",
            "SET arrow_lossless_conversion = true, and RESET arrow_output_version and arrow_output_list_view; or cast"
                + " the column in SQL"));
  }
}
