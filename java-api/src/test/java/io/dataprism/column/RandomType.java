package io.dataprism.column;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A type with a way to make values of it in SQL, any number of them, out of a seed that is an SQL expression itself.
///
/// Values depend on nothing but their seed, so that DuckDB may compute them as often as it likes.
public sealed interface RandomType {
  /// The type's name in SQL.
  String sql();

  /// An expression that is a value of the type, now and then NULL.
  ///
  /// @param seed an expression of type UBIGINT
  /// @param depth how many lambdas are around the expression
  String value(String seed, int depth);

  /// A type chosen by chance, nested as deeply as allowed.
  static RandomType any(RandomGenerator random, int depth) {
    int nullPercent = random.nextInt(4) == 0 ? 0 : random.nextInt(101);
    if (depth == 0 || random.nextInt(4) == 0) {
      return new Plain(Plain.Kind.values()[random.nextInt(Plain.Kind.values().length)], nullPercent);
    }
    return switch (random.nextInt(5)) {
      case 0 -> new Lists(any(random, depth - 1), random.nextInt(1, 6), nullPercent);
      case 1 -> new Arrays(anyForArrays(random, depth - 1), random.nextInt(1, 5), nullPercent);
      case 2 -> new Structs(several(random, depth - 1), nullPercent);
      case 3 ->
          new Maps(
              Plain.Kind.keys().get(random.nextInt(Plain.Kind.keys().size())), any(random, depth - 1), nullPercent);
      default -> new Unions(several(random, depth - 1), nullPercent);
    };
  }

  /// A type that arrays can have: the schema's reader refuses BOOLEAN there, which DuckDB hands over wrongly.
  private static RandomType anyForArrays(RandomGenerator random, int depth) {
    RandomType type = any(random, depth);
    return type.sql().contains("BOOLEAN") ? new Plain(Plain.Kind.UTINYINT, 50) : type;
  }

  private static List<RandomType> several(RandomGenerator random, int depth) {
    return IntStream.rangeClosed(0, random.nextInt(3)).mapToObj(i -> any(random, depth)).toList();
  }

  /// A number below a bound.
  private static String below(String seed, int use, long bound) {
    return "(hash(" + seed + ", " + use + ") % " + bound + ")";
  }

  private static String orNull(String seed, int percent, String value) {
    return percent == 0
        ? value
        : "CASE WHEN " + below(seed, 1, 100) + " < " + percent + " THEN NULL ELSE " + value + " END";
  }

  /// A type without parts.
  record Plain(Kind kind, int nullPercent) implements RandomType {
    /// The types without parts: their values by chance, and those at the edges.
    public enum Kind {
      BOOLEAN("h % 2 = 0", "true"),
      TINYINT("(h % 256)::INTEGER - 128", "-128", "127", "0"),
      SMALLINT("(h % 65536)::INTEGER - 32768", "-32768", "32767"),
      INTEGER("(h % 4294967296)::BIGINT - 2147483648", "-2147483648", "2147483647"),
      BIGINT("(h // 2)::BIGINT", "-9223372036854775808", "9223372036854775807", "0"),
      HUGEINT("h::HUGEINT * -1234567890123", "-170141183460469231731687303715884105728", "-1"),
      UTINYINT("h % 256", "0", "255"),
      USMALLINT("h % 65536", "0", "65535"),
      UINTEGER("h % 4294967296", "0", "4294967295"),
      UBIGINT("h", "0", "18446744073709551615", "9223372036854775808"),
      UHUGEINT("h::UHUGEINT * 1234567890123", "0", "340282366920938463463374607431768211455"),
      BIGNUM(
          "h::HUGEINT - 9223372036854775808",
          "0",
          "-1",
          "'" + "9".repeat(60) + "'",
          "'-" + "8".repeat(61) + "'",
          "256"),
      FLOAT(
          "((h % 2000001)::DOUBLE - 1000000) / 1000",
          "0.046875", "283.046875", "'nan'", "'inf'", "'-inf'", "-0.0", "1e-45", "3.4e38", "16777216"),
      DOUBLE(
          "((h % 2000001)::DOUBLE - 1000000) * pow(10, (h // 7 % 40)::INTEGER - 20)",
          "'nan'",
          "'inf'",
          "'-inf'",
          "-0.0",
          "5e-324",
          "1.7976931348623157e308",
          "2e23",
          "1e15",
          "1e16",
          "0.0001",
          "0.00001",
          "123456789012345678"),
      DECIMAL_4_1("DECIMAL(4,1)", "((h % 19999)::INTEGER - 9999) / 10.0", "999.9", "-999.9", "0"),
      DECIMAL_9_9("DECIMAL(9,9)", "(h % 999999999)::INTEGER / 1000000000.0", "-0.999999999", "0"),
      DECIMAL_18_3("DECIMAL(18,3)", "((h // 40)::BIGINT)::DECIMAL(38,0) / 1000", "-999999999999999.999"),
      DECIMAL_38_10("DECIMAL(38,10)", "h::HUGEINT - 9223372036854775808", "'-9999999999999999999999999999.9999999999'"),
      VARCHAR(
          "repeat(chr((33 + h % 90)::INTEGER), (h // 100 % 20)::INTEGER) || h::VARCHAR",
          "''",
          "'null'",
          "'NULL'",
          "'it''s, \\ \"quoted\" (so) = [a] {b}: c'",
          "' spaces '",
          "'🦆 naïve 鴨'",
          "chr(0) || 'after'",
          "repeat('long ', 500)"),
      JSON("to_json({'a': h, 'b': ['x', NULL, '\"']})", "'null'", "'{}'", "'[1, \"a\"]'"),
      BLOB("md5(h::VARCHAR)::BLOB", "''", "'\\x00\\xFF\\x27\\x22\\x5C a'::BLOB"),
      BIT("substring(h::BIT::VARCHAR, 1, 1 + (h % 40)::INTEGER)", "'0'", "'1'", "'10000000'", "'000000001'"),
      UUID(
          "md5(h::VARCHAR)",
          "'00000000-0000-0000-0000-000000000000'",
          "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
          "'80000000-0000-0000-0000-000000000001'"),
      DATE(
          "DATE '1970-01-01' + ((h % 2000000)::INTEGER - 1000000)",
          "'infinity'", "'-infinity'", "'0001-01-01'", "'44-03-15 (BC)'"),
      TIME(
          "make_time(0, 0, 0) + to_microseconds((h % 86400000000)::BIGINT)",
          "'00:00:00'", "'23:59:59.999999'", "'24:00:00'"),
      TIME_NS("('12:34:56.' || lpad((h % 1000000000)::VARCHAR, 9, '0'))", "'00:00:00.000000001'", "'24:00:00'"),
      TIMETZ(
          "(make_time((h % 24)::INTEGER, (h % 60)::INTEGER, 7.25)::VARCHAR || '+' || lpad((h // 60 % 15)::VARCHAR, 2,"
              + " '0'))",
          "'00:00:00+15:59:59'", "'24:00:00-15:59:59'", "'01:02:03.4-05:30'"),
      TIMESTAMP(
          "make_timestamp((h // 32)::BIGINT - 288230376151711744)",
          "'infinity'",
          "'-infinity'",
          "'1969-12-31 23:59:59.999999'"),
      TIMESTAMP_S("make_timestamp((h // 32)::BIGINT - 288230376151711744)", "'infinity'", "'1969-12-31 23:59:59'"),
      TIMESTAMP_MS(
          "make_timestamp((h // 32)::BIGINT - 288230376151711744)", "'-infinity'", "'1969-12-31 23:59:59.999'"),
      TIMESTAMP_NS(
          "make_timestamp_ns((h // 2)::BIGINT)", "'infinity'", "'-infinity'", "'1969-12-31 23:59:59.999999999'"),
      TIMESTAMPTZ(
          "make_timestamptz((h // 32)::BIGINT - 288230376151711744)",
          "'infinity'",
          "'-infinity'",
          "'1969-12-31 23:59:59.5+00'"),
      INTERVAL(
          "to_months((h % 9999)::INTEGER - 5000) + to_days((h % 997)::INTEGER - 500)"
              + " + to_microseconds((h % 99999999999)::BIGINT - 50000000000)",
          "'0 seconds'", "'-1 month'", "'1 day -1 second'", "'-0.000001 seconds'", "'2000000 hours'"),
      ENUM("ENUM('sad', 'ok', 'it''s, great', '')", "['sad', 'ok', 'it''s, great', ''][1 + (h % 4)::INTEGER]");

      private final String type;
      private final String value;
      private final int edgeCount;

      /// A list of the values at the edges.
      private final String edges;

      Kind(String valueOrType, String... rest) {
        // A kind whose name is not its type's gives the type first.
        boolean named = valueOrType.startsWith("DECIMAL(") || valueOrType.startsWith("ENUM(");
        this.type = named ? valueOrType : name();
        List<String> values = new ArrayList<>(List.of(rest));
        this.value = named ? values.removeFirst() : valueOrType;
        this.edgeCount = values.size();
        this.edges = values.stream().map(this::cast).collect(Collectors.joining(", ", "[", "]"));
      }

      /// Types whose values are told apart as keys of a map.
      static List<Kind> keys() {
        return List.of(INTEGER, BIGINT, VARCHAR, DATE, UUID, DECIMAL_18_3);
      }

      String typeSql() {
        return type;
      }

      String expression(String seed) {
        String hash = "hash(" + seed + ", 2)";
        String random = cast(value.replaceAll("\\bh\\b", hash.replace("$", "\\$")));
        if (edgeCount == 0) {
          return random;
        }
        String edge = edges + "[1 + " + below(seed, 3, edgeCount) + "::INTEGER]";
        return "CASE WHEN " + below(seed, 4, 5) + " = 0 THEN " + edge + " ELSE " + random + " END";
      }

      private String cast(String expression) {
        return "CAST(" + expression + " AS " + type + ")";
      }
    }

    @Override
    public String sql() {
      return kind.typeSql();
    }

    @Override
    public String value(String seed, int depth) {
      return orNull(seed, nullPercent, kind.expression(seed));
    }
  }

  /// Lists of up to some elements.
  record Lists(RandomType element, int longest, int nullPercent) implements RandomType {
    @Override
    public String sql() {
      return element.sql() + "[]";
    }

    @Override
    public String value(String seed, int depth) {
      return orNull(seed, nullPercent, elements(element, seed, below(seed, 5, longest + 1L), depth) + "::" + sql());
    }
  }

  /// Lists of one length.
  record Arrays(RandomType element, int length, int nullPercent) implements RandomType {
    @Override
    public String sql() {
      return element.sql() + "[" + length + "]";
    }

    @Override
    public String value(String seed, int depth) {
      return orNull(seed, nullPercent, elements(element, seed, Integer.toString(length), depth) + "::" + sql());
    }
  }

  /// Structs of some fields.
  record Structs(List<RandomType> fields, int nullPercent) implements RandomType {
    @Override
    public String sql() {
      return "STRUCT" + named(fields);
    }

    @Override
    public String value(String seed, int depth) {
      String values =
          IntStream.range(0, fields.size())
              .mapToObj(i -> "\"f " + i + "\" := " + fields.get(i).value("hash(" + seed + ", " + (20 + i) + ")", depth))
              .collect(Collectors.joining(", ", "struct_pack(", ")"));
      return orNull(seed, nullPercent, values + "::" + sql());
    }
  }

  /// Maps of up to three entries.
  record Maps(Plain.Kind key, RandomType value, int nullPercent) implements RandomType {
    @Override
    public String sql() {
      return "MAP(" + key.typeSql() + ", " + value.sql() + ")";
    }

    @Override
    public String value(String seed, int depth) {
      String entry = "e" + depth;
      // The keys are made without the edge values, which would repeat; what remains is told apart by its hash.
      String keys =
          "list_transform(range("
              + below(seed, 5, 4)
              + "::BIGINT), lambda "
              + entry
              + ": "
              + keyOf("hash(" + seed + ", " + entry + ", 7)")
              + ")";
      String distinct = "list_sort(list_distinct(" + keys + "))";
      String values = elements(value, seed, "len(" + distinct + ")", depth);
      return orNull(seed, nullPercent, "map(" + distinct + ", " + values + ")::" + sql());
    }

    private String keyOf(String seed) {
      return new Plain(key, 0).value(seed, 0);
    }
  }

  /// Values of one of some members.
  record Unions(List<RandomType> members, int nullPercent) implements RandomType {
    @Override
    public String sql() {
      return "UNION" + named(members);
    }

    @Override
    public String value(String seed, int depth) {
      StringBuilder choice = new StringBuilder("CASE " + below(seed, 6, members.size()));
      for (int i = 0; i < members.size(); i++) {
        String value = members.get(i).value("hash(" + seed + ", " + (40 + i) + ")", depth);
        choice.append(" WHEN ").append(i).append(" THEN union_value(\"f ").append(i).append("\" := ").append(value);
        choice.append(")::").append(sql());
      }
      return orNull(seed, nullPercent, choice.append(" END").toString());
    }
  }

  private static String elements(RandomType element, String seed, String count, int depth) {
    String index = "i" + depth;
    String value = element.value("hash(" + seed + ", " + index + ", 8)", depth + 1);
    return "list_transform(range((" + count + ")::BIGINT), lambda " + index + ": " + value + ")";
  }

  private static String named(List<RandomType> parts) {
    return IntStream.range(0, parts.size())
        .mapToObj(i -> "\"f " + i + "\" " + parts.get(i).sql())
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
