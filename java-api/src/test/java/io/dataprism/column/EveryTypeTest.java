package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.error.ConversionException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.internal.text.ValueText;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every type of DuckDB, by its table function `test_all_types()`: a row of smallest values, one of greatest, one of
/// NULL.
class EveryTypeTest {
  private static final ValueText TEXT = new ValueText(Integer.MAX_VALUE);
  private static final String SMALLEST_DOUBLE_AS_WHOLE =
      new BigDecimal(Double.MAX_VALUE).toBigIntegerExact().toString();

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  static List<String> columns() {
    try (Engine own = Engine.open();
        QueryResult result = own.query("FROM test_all_types() LIMIT 0")) {
      return result.schema().fields().stream().map(Field::name).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("columns")
  void everyValueReadsAsDuckDbWritesIt(String name) {
    assertReadsAsText(
        "SELECT " + quoted(name) + ", " + textOf(name) + " FROM test_all_types(use_large_enum = true)", 3);
  }

  @ParameterizedTest
  @MethodSource("columns")
  void valuesThatSpanBatchesReadAsDuckDbWritesThem(String name) {
    String rows = " FROM test_all_types(), range(7000)";
    assertReadsAsText("SELECT " + quoted(name) + ", " + textOf(name) + rows, 21_000);
  }

  @ParameterizedTest
  @MethodSource("columns")
  void nullIsNullEverywhere(String name) {
    try (QueryResult result = engine.query("SELECT " + quoted(name) + " FROM test_all_types()")) {
      Column column = result.next().column(0);

      assertThat(column.rowCount()).isEqualTo(3);
      assertThat(column.nullCount()).isEqualTo(1);
      assertThat(column.isNull(0)).isFalse();
      assertThat(column.isNull(1)).isFalse();
      assertThat(column.isNull(2)).isTrue();
      assertThat(column.getObject(2)).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("columns")
  void aColumnOfNothingButNullHasNoValues(String name) {
    String sql = "SELECT if(range < 0, " + quoted(name) + ", NULL) AS v FROM test_all_types(), range(10) WHERE bool";
    try (QueryResult result = engine.query(sql)) {
      Column column = result.next().column("v");

      assertThat(column.nullCount()).isEqualTo(10);
      for (long row = 0; row < 10; row++) {
        assertThat(column.isNull(row)).isTrue();
        assertThat(column.getObject(row)).isNull();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("columns")
  void anEmptyResultHasTheTypeAndNoRows(String name) {
    try (QueryResult rows = engine.query("SELECT " + quoted(name) + " FROM test_all_types()");
        QueryResult none = engine.query("SELECT " + quoted(name) + " FROM test_all_types() WHERE bool AND NOT bool")) {
      assertThat(none.schema()).isEqualTo(rows.schema());
      assertThat(none.next()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("columns")
  void aRowOutsideTheColumnIsRefused(String name) {
    try (QueryResult result = engine.query("SELECT " + quoted(name) + " FROM test_all_types()")) {
      Column column = result.next().column(0);

      for (long row : new long[] {-1, 3, 1L << 61, Long.MIN_VALUE, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> column.isNull(row)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> column.getObject(row)).isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void typesAreCalledWhatDuckDbCallsThem() {
    try (QueryResult result = engine.query("FROM test_all_types() LIMIT 1");
        QueryResult types = engine.query("SELECT typeof(COLUMNS(*)) FROM test_all_types() LIMIT 1")) {
      RecordBatch names = types.next();
      for (int i = 0; i < result.schema().columnCount(); i++) {
        DataType type = result.schema().field(i).type();
        String expected =
            switch (result.schema().field(i).name()) {
              case "small_enum", "medium_enum", "large_enum" -> "ENUM";
              case "union" -> "UNION(name VARCHAR, age SMALLINT)";
              case "tuple" -> "STRUCT(element1 INTEGER, element2 VARCHAR)";
              default -> names.column(i).as(Utf8Column.class).get(0);
            };
        assertThat(type.sql()).isEqualTo(expected);
      }
    }
  }

  static Stream<Arguments> javaValues() {
    String duck = "🦆";
    return Stream.of(
        Arguments.of("bool", false, true),
        Arguments.of("tinyint", Byte.MIN_VALUE, Byte.MAX_VALUE),
        Arguments.of("smallint", Short.MIN_VALUE, Short.MAX_VALUE),
        Arguments.of("int", Integer.MIN_VALUE, Integer.MAX_VALUE),
        Arguments.of("bigint", Long.MIN_VALUE, Long.MAX_VALUE),
        Arguments.of("hugeint", BigInteger.TWO.pow(127).negate(), BigInteger.TWO.pow(127).subtract(BigInteger.ONE)),
        Arguments.of("uhugeint", BigInteger.ZERO, BigInteger.TWO.pow(128).subtract(BigInteger.ONE)),
        Arguments.of("utinyint", 0, 255),
        Arguments.of("usmallint", 0, 65_535),
        Arguments.of("uint", 0L, 4_294_967_295L),
        Arguments.of("ubigint", BigInteger.ZERO, BigInteger.TWO.pow(64).subtract(BigInteger.ONE)),
        Arguments.of(
            "bignum", new BigInteger("-" + SMALLEST_DOUBLE_AS_WHOLE), new BigInteger(SMALLEST_DOUBLE_AS_WHOLE)),
        Arguments.of("date", LocalDate.of(-5_877_641, 6, 25), LocalDate.of(5_881_580, 7, 10)),
        Arguments.of(
            "timestamp",
            LocalDateTime.of(-290_308, 12, 22, 0, 0),
            LocalDateTime.of(294_247, 1, 10, 4, 0, 54, 775_806_000)),
        Arguments.of(
            "timestamp_s", LocalDateTime.of(-290_308, 12, 22, 0, 0), LocalDateTime.of(294_247, 1, 10, 4, 0, 54)),
        Arguments.of(
            "timestamp_ms",
            LocalDateTime.of(-290_308, 12, 22, 0, 0),
            LocalDateTime.of(294_247, 1, 10, 4, 0, 54, 775_000_000)),
        Arguments.of(
            "timestamp_ns",
            LocalDateTime.of(1677, 9, 22, 0, 0),
            LocalDateTime.of(2262, 4, 11, 23, 47, 16, 854_775_806)),
        Arguments.of(
            "timestamp_tz", Instant.parse("-290308-12-22T00:00:00Z"), Instant.parse("+294247-01-10T04:00:54.775806Z")),
        Arguments.of(
            "timestamp_tz_ns", Instant.parse("1677-09-22T00:00:00Z"), Instant.parse("2262-04-11T23:47:16.854775806Z")),
        Arguments.of("float", -Float.MAX_VALUE, Float.MAX_VALUE),
        Arguments.of("double", -Double.MAX_VALUE, Double.MAX_VALUE),
        Arguments.of("dec_4_1", new BigDecimal("-999.9"), new BigDecimal("999.9")),
        Arguments.of("dec_9_4", new BigDecimal("-99999.9999"), new BigDecimal("99999.9999")),
        Arguments.of("dec_18_6", new BigDecimal("-999999999999.999999"), new BigDecimal("999999999999.999999")),
        Arguments.of(
            "dec38_10",
            new BigDecimal("-9999999999999999999999999999.9999999999"),
            new BigDecimal("9999999999999999999999999999.9999999999")),
        Arguments.of("uuid", new UUID(0, 0), new UUID(-1, -1)),
        Arguments.of("interval", new Interval(0, 0, 0), new Interval(999, 999, 999_999_999_000L)),
        Arguments.of("varchar", duck.repeat(6), "goo\0se"),
        Arguments.of(
            "blob",
            "thisisalongblob\0withnullbytes".getBytes(StandardCharsets.UTF_8),
            "\0\0\0a".getBytes(StandardCharsets.UTF_8)),
        Arguments.of("bit", "0010001001011100010101011010111", "10101"),
        Arguments.of("small_enum", "DUCK_DUCK_ENUM", "GOOSE"),
        Arguments.of("medium_enum", "enum_0", "enum_299"),
        Arguments.of("large_enum", "enum_0", "enum_69999"),
        Arguments.of("int_array", List.of(), Arrays.asList(42, 999, null, null, -42)),
        Arguments.of(
            "double_array",
            List.of(),
            Arrays.asList(42.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, null, -42.0)),
        Arguments.of(
            "date_array",
            List.of(),
            Arrays.asList(LocalDate.EPOCH, LocalDate.MAX, LocalDate.MIN, null, LocalDate.of(2022, 5, 12))),
        Arguments.of(
            "timestamp_array",
            List.of(),
            Arrays.asList(
                LocalDateTime.of(1970, 1, 1, 0, 0),
                LocalDateTime.MAX,
                LocalDateTime.MIN,
                null,
                LocalDateTime.of(2022, 5, 12, 16, 23, 45))),
        Arguments.of(
            "timestamptz_array",
            List.of(),
            Arrays.asList(Instant.EPOCH, Instant.MAX, Instant.MIN, null, Instant.parse("2022-05-12T23:23:45Z"))),
        Arguments.of("varchar_array", List.of(), Arrays.asList(duck.repeat(6), "goose", null, "")),
        Arguments.of("struct", row("a", null, "b", null), row("a", 42, "b", duck.repeat(6))),
        Arguments.of("empty_struct", Map.of(), Map.of()),
        Arguments.of("map", Map.of(), row("key1", duck.repeat(6), "key2", "goose")),
        Arguments.of("union", "Frank", (short) 5),
        Arguments.of("fixed_int_array", Arrays.asList(null, 2, 3), List.of(4, 5, 6)),
        Arguments.of("time_ns", LocalTime.MIDNIGHT, null),
        Arguments.of(
            "tuple", row("element1", null, "element2", null), row("element1", 42, "element2", duck.repeat(6))));
  }

  @ParameterizedTest
  @MethodSource("javaValues")
  void valuesAreTheJavaObjectsThatTheDocumentationPromises(String name, Object smallest, Object greatest) {
    try (QueryResult result = engine.query("SELECT " + quoted(name) + " FROM test_all_types()")) {
      Column column = result.next().column(0);

      assertThat(column.getObject(0)).isEqualTo(smallest);
      if (greatest != null) {
        assertThat(column.getObject(1)).isEqualTo(greatest);
      }
    }
  }

  @Test
  void twentyFourOClockIsRefusedByJavaTypesAndReadAsACount() {
    try (QueryResult result = engine.query("SELECT time, time_ns, time_tz FROM test_all_types()")) {
      RecordBatch batch = result.next();
      TimeColumn time = batch.time("time");
      TimeColumn timeNs = batch.time("time_ns");
      TimeTzColumn timeTz = batch.timeTz("time_tz");

      assertThat(time.value(1)).isEqualTo(86_400_000_000L);
      assertThat(timeNs.value(1)).isEqualTo(86_400_000_000_000L);
      assertThat(timeTz.micros(1)).isEqualTo(86_400_000_000L);
      assertThat(timeTz.offsetSeconds(1)).isEqualTo(-57_599);
      assertThat(timeTz.get(0)).hasToString("00:00+15:59:59");
      for (Column column : List.of(time, timeNs, timeTz)) {
        assertThatThrownBy(() -> column.getObject(1))
            .isInstanceOf(ConversionException.class)
            .hasMessageContaining("24:00:00")
            .hasMessageContaining(column.field().name());
      }
    }
  }

  @Test
  void infinityIsTheEndOfJavaTime() {
    String sql =
        """
        SELECT 'infinity'::DATE AS d, '-infinity'::TIMESTAMP_S AS s, 'infinity'::TIMESTAMP_MS AS ms,
          'infinity'::TIMESTAMP_NS AS ns, '-infinity'::TIMESTAMPTZ AS tz, 'infinity'::TIMESTAMPTZ AS tz_max
        """;
    try (QueryResult result = engine.query(sql)) {
      RecordBatch batch = result.next();

      assertThat(batch.date("d").get(0)).isEqualTo(LocalDate.MAX);
      assertThat(batch.date("d").isFinite(0)).isFalse();
      assertThat(batch.timestamp("s").get(0)).isEqualTo(LocalDateTime.MIN);
      assertThat(batch.timestamp("ms").get(0)).isEqualTo(LocalDateTime.MAX);
      assertThat(batch.timestamp("ns").get(0)).isEqualTo(LocalDateTime.MAX);
      assertThat(batch.timestamp("ns").isFinite(0)).isFalse();
      assertThat(batch.timestampTz("tz").get(0)).isEqualTo(Instant.MIN);
      assertThat(batch.timestampTz("tz").offsetDateTime(0)).isEqualTo(OffsetDateTime.MIN);
      assertThat(batch.timestampTz("tz_max").offsetDateTime(0)).isEqualTo(OffsetDateTime.MAX);
      assertThat(batch.timestampTz("tz_max").isFinite(0)).isFalse();
    }
  }

  @Test
  void anInstantIsShownInTheZoneOfTheSession() {
    try (var session = engine.session()) {
      session.execute("SET TimeZone = 'Asia/Kathmandu'");
      String sql = "SELECT v, v::VARCHAR FROM (VALUES ('2024-02-29 12:00:00.5+00'::TIMESTAMPTZ)) AS t(v)";
      try (QueryResult result = session.query(sql)) {
        RecordBatch batch = result.next();
        TimestampTzColumn column = batch.timestampTz(0);

        assertThat(column.zone().getId()).isEqualTo("Asia/Kathmandu");
        assertThat(column.get(0)).isEqualTo(Instant.parse("2024-02-29T12:00:00.5Z"));
        assertThat(column.offsetDateTime(0)).isEqualTo(OffsetDateTime.parse("2024-02-29T17:45:00.5+05:45"));
        assertThat(TEXT.of(column, 0)).isEqualTo(batch.utf8(1).get(0));
      }
    }
  }

  @Test
  void aZoneThatJavaDoesNotKnowIsNamedAndTheInstantReadAllTheSame() {
    try (var session = engine.session()) {
      session.execute("SET TimeZone = 'US/Pacific-New'");
      try (QueryResult result = session.query("SELECT TIMESTAMPTZ '2024-02-29 12:00:00+00' AS v")) {
        TimestampTzColumn column = result.next().timestampTz("v");

        assertThat(column.get(0)).isEqualTo(Instant.parse("2024-02-29T12:00:00Z"));
        assertThatThrownBy(() -> column.offsetDateTime(0))
            .isInstanceOf(UnsupportedException.class)
            .hasMessageContaining("US/Pacific-New");
      }
    }
  }

  @Test
  void unsignedNumbersKeepTheirBits() {
    try (QueryResult result =
        engine.query("SELECT utinyint, usmallint, uint, ubigint, uhugeint FROM test_all_types()")) {
      RecordBatch batch = result.next();

      assertThat(batch.uint8("utinyint").get(1)).isEqualTo(255);
      assertThat(batch.uint8("utinyint").toArray()[1]).isEqualTo((byte) -1);
      assertThat(batch.uint16("usmallint").toArray()[1]).isEqualTo((short) -1);
      assertThat(batch.uint32("uint").toArray()[1]).isEqualTo(-1);
      assertThat(Long.toUnsignedString(batch.uint64("ubigint").get(1))).isEqualTo("18446744073709551615");
      assertThat(batch.uint64("ubigint").toArray()[1]).isEqualTo(-1);
      assertThat(batch.int128("uhugeint").isSigned()).isFalse();
      assertThat(batch.int128("uhugeint").high(1)).isEqualTo(-1);
      assertThat(batch.int128("uhugeint").low(1)).isEqualTo(-1);
    }
  }

  @Test
  void decimalsAreReadWithoutTheirPoint() {
    try (QueryResult result = engine.query("SELECT -12.34::DECIMAL(9,2) AS small, -12.34::DECIMAL(38,20) AS great")) {
      RecordBatch batch = result.next();
      DecimalColumn small = batch.decimal("small");
      DecimalColumn great = batch.decimal("great");

      assertThat(small.precision()).isEqualTo(9);
      assertThat(small.scale()).isEqualTo(2);
      assertThat(small.low(0)).isEqualTo(-1234);
      assertThat(small.high(0)).isEqualTo(-1);
      assertThat(small.get(0)).isEqualTo(new BigDecimal("-12.34"));
      assertThat(great.unscaled(0)).isEqualTo(new BigInteger("-1234000000000000000000"));
      assertThat(great.get(0)).isEqualTo(new BigDecimal("-12.34000000000000000000"));
    }
  }

  @Test
  void bitsAreReadOneByOne() {
    try (QueryResult result = engine.query("SELECT '1000000010'::BIT AS ten, '11111111'::BIT AS eight")) {
      RecordBatch batch = result.next();
      BitColumn ten = batch.bit("ten");
      BitSet ones = new BitSet();
      ones.set(0);
      ones.set(8);

      assertThat(ten.bitLength(0)).isEqualTo(10);
      assertThat(ten.getBitSet(0)).isEqualTo(ones);
      assertThat(ten.bit(0, 8)).isTrue();
      assertThat(ten.bit(0, 9)).isFalse();
      assertThat(batch.bit("eight").get(0)).isEqualTo("11111111");
      assertThatThrownBy(() -> ten.bit(0, 10)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ten.bit(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void anEnumKnowsItsValuesAndTheirOrder() {
    try (QueryResult result = engine.query("SELECT medium_enum FROM test_all_types()")) {
      EnumColumn column = result.next().enumeration(0);

      assertThat(column.ordinal(0)).isZero();
      assertThat(column.ordinal(1)).isEqualTo(299);
      assertThat(column.dictionary().rowCount()).isEqualTo(300);
      assertThat(column.dictionary().get(17)).isEqualTo("enum_17");
      assertThat(column.get(1)).isSameAs(column.get(1));
    }
  }

  @Test
  void aUnionKnowsItsMember() {
    try (QueryResult result = engine.query("SELECT \"union\" FROM test_all_types()")) {
      UnionColumn column = result.next().union(0);

      assertThat(column.tag(0)).isZero();
      assertThat(column.memberName(1)).isEqualTo("age");
      assertThat(column.int16("age").get(1)).isEqualTo((short) 5);
      assertThat(column.utf8("name").isNull(1)).isTrue();
      assertThat(column.tags().byteSize()).isEqualTo(3);
    }
  }

  @Test
  void aVariantArrivesInTheEncodingOfParquet() {
    String sql = "SELECT if(range = 1, NULL, 42::VARIANT) AS v FROM range(2)";
    try (QueryResult result = engine.query(sql)) {
      StructColumn column = result.next().struct("v");

      assertThat(column.field().type()).isEqualTo(DataType.Scalar.VARIANT);
      assertThat(column.isNull(1)).isTrue();
      assertThat(column.binary("metadata").get(0)).isEqualTo(new byte[] {1, 0, 0});
      // A header of six bits for the kind of number, and the number, lowest byte first.
      assertThat(column.binary("value").get(0)).isEqualTo(new byte[] {5 << 2, 42, 0, 0, 0});
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[true, false]::BOOLEAN[2]",
        "[1::VARIANT]::VARIANT[1]",
        "{'x': [true]::BOOLEAN[1]}",
        "[[true]]::BOOLEAN[1][1]",
        "[{'b': true}]::STRUCT(b BOOLEAN)[1]"
      })
  void anArrayThatDuckDbHandsOverWronglyIsRefused(String value) {
    assertThatThrownBy(() -> engine.query("SELECT " + value + " AS flags"))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("flags")
        .hasMessageContaining("CAST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[r % 3 = 0, r % 7 = 0]::BOOLEAN[2]]",
        "union_value(a := [r % 3 = 0, r % 7 = 0]::BOOLEAN[2])",
        "map([r], [[r % 3 = 0, r % 7 = 0]::BOOLEAN[2]])",
        "[[r % 3 = 0], [r % 7 = 0, true]]::BOOLEAN[][2]",
        "[r % 3 = 0, r % 7 = 0]::BOOLEAN[2]::BOOLEAN[]",
        "[r, r + 1]::BIGINT[2]",
        "[r::VARCHAR, 'x']::VARCHAR[2]"
      })
  void arraysLikeItReadRightWhereABatchEndsWithinAVector(String value) {
    String sql =
        "SELECT v, v::VARCHAR FROM (SELECT "
            + value
            + " AS v FROM range(50000) AS t(r) WHERE hash(r) % 3 > 0)"
            + " LIMIT 30000";
    assertReadsAsText(sql, 30_000);
  }

  @Test
  void aColumnWithoutATypeIsNull() {
    try (QueryResult result = engine.query("SELECT NULL AS nothing FROM range(5)")) {
      Column column = result.next().column("nothing");

      assertThat(column).isInstanceOf(NullColumn.class);
      assertThat(column.nullCount()).isEqualTo(5);
      assertThat(column.isNull(4)).isTrue();
      assertThat(column.getObject(0)).isNull();
      assertThatThrownBy(() -> column.isNull(5)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void assertReadsAsText(String sql, long rows) {
    long row = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        Column column = batch.column(0);
        Utf8Column expected = batch.utf8(1);
        for (long i = 0; i < batch.rowCount(); i++) {
          String text = expected.isNull(i) ? "NULL" : expected.get(i);
          assertThat(TEXT.of(column, i)).as("row %d", row).isEqualTo(text);
          row++;
        }
      }
    }
    assertThat(row).isEqualTo(rows);
  }

  /// DuckDB's text of a column, or of what it arrives as where that is another type.
  private static String textOf(String column) {
    return switch (column) {
      case "geometry" -> "ST_AsWKB(geometry)::VARCHAR";
      case "tuple" -> "if(tuple IS NULL, NULL, struct_pack(element1 := tuple[1], element2 := tuple[2]))::VARCHAR";
      default -> quoted(column) + "::VARCHAR";
    };
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }

  private static Map<String, Object> row(String firstName, Object first, String secondName, Object second) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put(firstName, first);
    row.put(secondName, second);
    return Collections.unmodifiableMap(row);
  }
}
