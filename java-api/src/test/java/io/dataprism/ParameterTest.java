package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.column.Interval;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.TimeUnit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Values of parameters: which there are, what becomes of them, and what is refused.
class ParameterTest {
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

  /// A struct.
  record Point(int x, List<String> tags) {}

  /// An ENUM.
  enum Mood {
    HAPPY
  }

  private static Object one(String sql, Object... parameters) {
    try (QueryResult result = engine.query(sql, parameters)) {
      return result.next().column(0).getObject(0);
    }
  }

  private static Arguments same(String type, Object value) {
    return Arguments.of(type, value, value);
  }

  private static Field element(DataType type) {
    return new Field("element", type, true);
  }

  static Stream<Arguments> values() {
    LocalDateTime micros = LocalDateTime.of(2026, 11, 23, 1, 2, 3, 4_000);
    Instant instant = Instant.parse("2026-11-23T01:02:03.000004Z");
    LinkedHashMap<String, Object> struct = new LinkedHashMap<>();
    struct.put("x", 1);
    struct.put("tags", List.of("a"));
    BigInteger huge = BigInteger.TWO.pow(128).subtract(BigInteger.ONE);
    return Stream.of(
        same("BOOLEAN", true),
        same("TINYINT", (byte) -1),
        same("SMALLINT", (short) 300),
        same("INTEGER", 70_000),
        same("BIGINT", 1L << 40),
        same("HUGEINT", BigInteger.TWO.pow(100)),
        same("FLOAT", 1.5f),
        same("DOUBLE", 2.5),
        same("DECIMAL(5,3)", new BigDecimal("12.345")),
        same("VARCHAR", "text"),
        same("BLOB", new byte[] {0, -1, 39}),
        same("DATE", LocalDate.of(2026, 11, 23)),
        same("DATE", LocalDate.MAX),
        same("DATE", LocalDate.MIN),
        same("TIME", LocalTime.of(1, 2, 3)),
        same("TIME WITH TIME ZONE", OffsetTime.of(1, 2, 3, 4_000, ZoneOffset.ofTotalSeconds(-57_599))),
        same("TIMESTAMP", micros),
        same("TIMESTAMP", LocalDateTime.MAX),
        same("TIMESTAMP", LocalDateTime.MIN),
        same("TIMESTAMP_NS", micros.plusNanos(1)),
        same("TIMESTAMP_NS", LocalDateTime.of(1677, 9, 21, 0, 12, 43, 145_224_194)),
        same("TIMESTAMP WITH TIME ZONE", instant),
        same("TIMESTAMP WITH TIME ZONE", Instant.MAX),
        same("TIMESTAMP WITH TIME ZONE", Instant.MIN),
        Arguments.of("TIMESTAMP WITH TIME ZONE", instant.atOffset(ZoneOffset.ofHours(3)), instant),
        Arguments.of("TIMESTAMP WITH TIME ZONE", OffsetDateTime.MIN, Instant.MIN),
        Arguments.of("TIMESTAMP WITH TIME ZONE", instant.atZone(ZoneId.of("Europe/Berlin")), instant),
        same("INTERVAL", new Interval(14, -3, 5_000)),
        Arguments.of("INTERVAL", new Interval(0, 0, 5_999), new Interval(0, 0, 5_000)),
        Arguments.of("INTERVAL", Period.of(1, 2, 3), new Interval(14, 3, 0)),
        Arguments.of("INTERVAL", Duration.ofNanos(-1_500), new Interval(0, 0, -2_000)),
        same("UUID", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")),
        Arguments.of("BIT", BitSet.valueOf(new long[] {0b1010}), "0101"),
        Arguments.of("VARCHAR", Mood.HAPPY, "HAPPY"),
        Arguments.of("INTEGER", Optional.of(7), 7),
        Arguments.of("\"NULL\"", Optional.empty(), null),
        same("\"NULL\"", null),
        same("BIGINT[]", Arrays.asList(1L, null, 3L)),
        Arguments.of("DECIMAL(12,2)[]", List.of(1, new BigDecimal("2.25")), decimals("1.00", "2.25")),
        Arguments.of("INTEGER[]", Set.of(5), List.of(5)),
        Arguments.of("VARCHAR[]", new String[] {"a", null}, Arrays.asList("a", null)),
        Arguments.of("BOOLEAN[]", new boolean[] {true, false}, List.of(true, false)),
        Arguments.of("SMALLINT[]", new short[] {-1}, List.of((short) -1)),
        Arguments.of("INTEGER[]", new int[] {1, 2}, List.of(1, 2)),
        Arguments.of("BIGINT[]", new long[] {Long.MIN_VALUE}, List.of(Long.MIN_VALUE)),
        Arguments.of("FLOAT[]", new float[] {-0.5f}, List.of(-0.5f)),
        Arguments.of("DOUBLE[]", new double[] {Double.NaN}, List.of(Double.NaN)),
        Arguments.of("BIGINT[][]", List.of(new long[] {1}, List.of(), List.of(2)), lists()),
        same("MAP(VARCHAR, INTEGER[])", Map.of("k", List.of(1))),
        Arguments.of("STRUCT(x INTEGER, tags VARCHAR[])", new Point(1, List.of("a")), struct),
        Arguments.of("STRUCT(x INTEGER, tags VARCHAR[])", SqlValue.struct(struct), struct),
        Arguments.of("MAP(INTEGER, DATE)", SqlValue.map(Map.of(1, LocalDate.EPOCH)), Map.of(1, LocalDate.EPOCH)),
        Arguments.of("UTINYINT", SqlValue.of(Scalar.UTINYINT, 200), 200),
        Arguments.of("USMALLINT", SqlValue.of(Scalar.USMALLINT, 200), 200),
        Arguments.of("UINTEGER", SqlValue.of(Scalar.UINTEGER, 200), 200L),
        Arguments.of("UBIGINT", SqlValue.of(Scalar.UBIGINT, 200), BigInteger.valueOf(200)),
        Arguments.of("UHUGEINT", SqlValue.of(Scalar.UHUGEINT, huge), huge),
        Arguments.of("BIGNUM", SqlValue.of(Scalar.BIGNUM, huge.pow(9).negate()), huge.pow(9).negate()),
        Arguments.of("BIT", SqlValue.of(Scalar.BIT, "0001"), "0001"),
        Arguments.of("JSON", SqlValue.of(Scalar.JSON, "[1]"), "[1]"),
        Arguments.of("TIME_NS", SqlValue.of(nanoTime(), LocalTime.of(1, 2, 3, 4)), LocalTime.of(1, 2, 3, 4)),
        Arguments.of("TIMESTAMP_S", SqlValue.of("TIMESTAMP_S", micros.withNano(0)), micros.withNano(0)),
        Arguments.of("TIMESTAMP_MS", SqlValue.of("TIMESTAMP_MS", LocalDateTime.MAX), LocalDateTime.MAX),
        Arguments.of("TIMESTAMPTZ_NS", SqlValue.of(nanos(), instant.plusNanos(1)), instant.plusNanos(1)),
        Arguments.of("TIMESTAMPTZ_NS", SqlValue.of(nanos(), OffsetDateTime.MAX), Instant.MAX),
        Arguments.of("ENUM('a', 'b')", SqlValue.of("enum('a', 'b')", "b"), "b"),
        Arguments.of("BIGINT[]", SqlValue.of("BIGINT[]", null), null),
        Arguments.of("INTEGER[3]", SqlValue.of("INTEGER[3]", List.of(1, 2, 3)), List.of(1, 2, 3)),
        Arguments.of("UNION(n INTEGER, s VARCHAR)", SqlValue.of("UNION(n INTEGER, s VARCHAR)", "x"), "x"),
        Arguments.of("VARCHAR[]", SqlValue.of(new DataType.ListOf(element(Scalar.VARCHAR)), List.of()), List.of()));
  }

  private static List<BigDecimal> decimals(String... texts) {
    return Stream.of(texts).map(BigDecimal::new).toList();
  }

  private static List<List<Long>> lists() {
    return List.of(List.of(1L), List.of(), List.of(2L));
  }

  private static DataType nanoTime() {
    return new DataType.Time(TimeUnit.NANOSECOND);
  }

  private static DataType nanos() {
    return new DataType.TimestampTz(TimeUnit.NANOSECOND, "UTC");
  }

  @ParameterizedTest
  @MethodSource("values")
  void everyTypeOfParameterComesBackAsItself(String type, Object value, Object back) {
    assertThat(one("SELECT typeof($1)", value)).isEqualTo(type);
    assertThat(one("SELECT $1", value)).isEqualTo(back);
    try (PreparedStatement statement = engine.prepare("SELECT ? AS v");
        QueryResult result = statement.query(value)) {
      assertThat(result.next().column(0).getObject(0)).isEqualTo(back);
    }
  }

  @Test
  void rowsAreChosenByAList() {
    String[] forms = {"n IN $list", "n = ANY($list)", "list_contains($list, n)"};
    for (String form : forms) {
      String sql = "SELECT count(*) FROM range(10) AS t(n) WHERE " + form;
      for (Object list : List.of(List.of(2, 3, 11), new long[] {2, 3, 11}, Set.of(2L, 3L))) {
        try (QueryResult result = engine.query(sql, Map.of("list", list))) {
          assertThat(result.next().int64(0).get(0)).as(form).isEqualTo(2);
        }
      }
      try (QueryResult result = engine.query(sql, Map.of("list", List.of()))) {
        assertThat(result.next().int64(0).get(0)).as(form).isZero();
      }
    }
    List<Long> many = new ArrayList<>();
    for (long i = 0; i < 50_000; i++) {
      many.add(i * 2);
    }
    assertThat(one("SELECT count(*) FROM range(100) AS t(n) WHERE n IN $1", many)).isEqualTo(50L);
  }

  @Test
  void aValueGoesIntoAColumnOfItsType() {
    try (Session session = engine.session()) {
      session.execute("CREATE TYPE mood AS ENUM ('happy', 'sad')");
      session.execute("CREATE TABLE t (m mood, ms mood[], u UNION(a INTEGER, b INTEGER), p STRUCT(x INTEGER))");
      SqlValue second = SqlValue.of("UNION(b INTEGER)", 7);
      session.execute(
          "INSERT INTO t VALUES (?, ?, ?, ?)", "sad", List.of("happy"), second, SqlValue.struct(Map.of("x", 1)));
      assertThat(session.execute("UPDATE t SET p = $1 WHERE m = $2", null, SqlValue.of("mood", "sad"))).isEqualTo(1);
      try (QueryResult result = session.query("SELECT m, ms, union_tag(u), p FROM t")) {
        RecordBatch batch = result.next();
        assertThat(batch.column(0).getObject(0)).isEqualTo("sad");
        assertThat(batch.column(1).getObject(0)).isEqualTo(List.of("happy"));
        assertThat(batch.column(2).getObject(0)).isEqualTo("b");
        assertThat(batch.column(3).getObject(0)).isNull();
      }
      session.execute("DROP TABLE t; DROP TYPE mood");
    }
  }

  static Stream<Arguments> refused() {
    List<Object> endless = new ArrayList<>();
    endless.add(endless);
    Map<String, Object> nullKey = new HashMap<>();
    nullKey.put(null, 1);
    return Stream.of(
        Arguments.of(new Object(), "parameter 1 of type java.lang.Object has no SQL type"),
        Arguments.of(List.of(1, 2, "x"), "parameter 1[2] of type java.lang.String does not go with java.lang.Integer"),
        Arguments.of(List.of(true, 1), "parameter 1[1] of type java.lang.Integer does not go with java.lang.Boolean"),
        Arguments.of(List.of(List.of(1), List.of("x")), "parameter 1[1][0] of type java.lang.String"),
        Arguments.of(List.of(new long[0], new String[] {"a"}, new long[] {1}), "parameter 1[2] of type long[]"),
        Arguments.of(
            List.of(new Point(1, List.of()), Map.of("x", 1)), "parameter 1[1] of type MAP does not go with STRUCT"),
        Arguments.of(new Object[] {new Point(1, List.of()), SqlValue.struct(Map.of("y", 1))}, "parameter 1[1] of type"),
        Arguments.of(SqlValue.struct(Map.of("a", Arrays.asList(null, new Object()))), "parameter 1.a[1] of type"),
        Arguments.of(Map.of(1, List.of(new Object())), "parameter 1, value 0,[0] of type java.lang.Object"),
        Arguments.of(nullKey, "parameter 1, key 0, of type null is no key of a MAP"),
        Arguments.of(SqlValue.of("BIGINT[]", List.of(new Object())), "parameter 1[0] of type java.lang.Object"),
        Arguments.of(BigInteger.TWO.pow(127), "does not fit HUGEINT"),
        Arguments.of(
            List.of(LocalDateTime.of(9999, 1, 1, 0, 0, 0, 1)), "parameter 1[0] of type java.time.LocalDateTime"),
        Arguments.of(OffsetTime.of(LocalTime.NOON, ZoneOffset.ofHours(16)), "outside the range of its SQL type"),
        Arguments.of(endless, "deeper than 64, or contains itself"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatCannotBeAParameterIsNamed(Object value, String message) {
    assertThatThrownBy(() -> engine.query("SELECT ?", value))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aValueThatCannotBeCastIsNamed() {
    assertThatThrownBy(() -> engine.query("SELECT ?, ?", 1, SqlValue.of("TINYINT", 300)))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("parameter 2: ");
    assertThatThrownBy(() -> engine.query("SELECT $v", Map.of("v", SqlValue.of("nothing", 1))))
        .isInstanceOf(DataPrismException.class)
        .hasMessageContaining("parameter $v: ");
    DataType struct = new DataType.Struct(List.of(new Field("x", Scalar.INTEGER, true)));
    assertThatThrownBy(() -> SqlValue.of(struct, Map.of("y", 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no value for the field 'x'");
    assertThatThrownBy(() -> SqlValue.of(struct, Map.of("x", 1, "y", 1))).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> SqlValue.struct(Map.of())).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void valuesAreCopiedWhenTheyAreGiven() {
    long[] array = {1};
    List<Long> list = new ArrayList<>(List.of(2L));
    Map<String, Long> map = new HashMap<>(Map.of("a", 3L));
    byte[] bytes = {4};
    Object[] all = {array, list, map, bytes};
    Query query = engine.sql("SELECT $1[1] + $2[1] + $3['a'] + octet_length($4)").with(all);
    array[0] = 100;
    list.clear();
    map.clear();
    all[3] = new byte[100];
    try (QueryResult result = query.run()) {
      assertThat(result.next().column(0).getObject(0)).isEqualTo(7L);
    }
  }

  @Test
  void aMapThatIsDeclaredWithTextsGivesNames() throws Exception {
    Map<String, Integer> names = Map.of("a", 1);
    Object map = names;
    try (Session session = engine.session();
        Transaction transaction = session.begin();
        PreparedStatement statement = engine.prepare("SELECT $a")) {
      transaction.execute("CREATE TEMP TABLE t AS SELECT 1 AS n");
      assertThat(transaction.execute("UPDATE t SET n = $a", names)).isEqualTo(1);
      assertThat(session.execute("UPDATE t SET n = $a", names)).isEqualTo(1);
      assertThat(engine.execute("SELECT $a", names)).isZero();
      assertThat(statement.execute(names)).isZero();
      try (QueryResult result = statement.query(names)) {
        assertThat(result.next().column(0).getObject(0)).isEqualTo(1);
      }
      try (QueryResult result = engine.queryAsync("SELECT $a", names).get()) {
        assertThat(result.next().column(0).getObject(0)).isEqualTo(1);
      }
      assertThat(session.explain("FROM t WHERE n = $a", names).toString()).contains("t");
      assertThat(session.explainAnalyze("FROM t WHERE n = $a", names).time()).isPresent();
      assertThat(engine.explain("SELECT $a", names).root()).isPresent();
      assertThat(engine.explainAnalyze("SELECT $a", names).root()).isPresent();
    }
    assertThat(one("SELECT $1['a']", map)).isEqualTo(1);
    assertThat(one("SELECT $1['a']", SqlValue.map(names))).isEqualTo(1);
    assertThat(one("SELECT $1['a'] + $2", names, 1)).isEqualTo(2);
  }
}
