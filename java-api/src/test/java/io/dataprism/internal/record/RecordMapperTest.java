package io.dataprism.internal.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.column.Interval;
import io.dataprism.error.ConversionException;
import io.dataprism.error.InvalidInputException;
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
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RecordMapperTest {
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

  record Primitives(boolean a, byte b, short c, int d, long e, float f, double g) {}

  @Test
  void primitivesTakeTheirTypes() {
    String sql =
        "SELECT true AS a, 1::TINYINT AS b, 2::SMALLINT AS c, 3::INTEGER AS d, 4::BIGINT AS e, 5.5::FLOAT AS f,"
            + " 6.5::DOUBLE AS g";
    assertThat(engine.query(sql).as(Primitives.class))
        .containsExactly(new Primitives(true, (byte) 1, (short) 2, 3, 4, 5.5f, 6.5));
  }

  @SuppressWarnings("ArrayRecordComponent")
  record Boxes(Boolean a, Integer b, Long c, Double d, String e, BigInteger f, BigDecimal g, UUID h, byte[] i) {}

  @Test
  void objectsTakeNull() {
    String sql =
        "SELECT NULL::BOOLEAN AS a, NULL::INTEGER AS b, NULL::BIGINT AS c, NULL::DOUBLE AS d, NULL::VARCHAR AS e,"
            + " NULL::HUGEINT AS f, NULL::DECIMAL(9,2) AS g, NULL::UUID AS h, NULL AS i";
    assertThat(engine.query(sql).as(Boxes.class))
        .containsExactly(new Boxes(null, null, null, null, null, null, null, null, null));
  }

  record Widened(long a, int b, double c, BigDecimal d, BigInteger e, Long f, double g) {}

  @Test
  void numbersChangeTheirTypeWhereNothingIsLost() {
    String sql =
        "SELECT 7::INTEGER AS a, 8::BIGINT AS b, 9::INTEGER AS c, 10::UBIGINT AS d, 11::SMALLINT AS e,"
            + " sum(12) AS f, 1.5::FLOAT AS g";
    assertThat(engine.query(sql).as(Widened.class))
        .containsExactly(new Widened(7, 8, 9, BigDecimal.TEN, BigInteger.valueOf(11), 12L, 1.5));
  }

  record Narrow(int a) {}

  @Test
  void aNumberOutOfRangeNamesRowColumnAndComponent() {
    QueryResult result = engine.query("SELECT (range * 1000000000)::BIGINT AS A FROM range(5)");
    assertThatThrownBy(() -> result.as(Narrow.class))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("row 3")
        .hasMessageContaining("column 'A'")
        .hasMessageContaining("component 'a'")
        .hasMessageContaining("3000000000");
    assertThat(result.isClosed()).isTrue();
  }

  @Test
  void nullForAPrimitiveNamesRowColumnAndComponent() {
    assertThatThrownBy(() -> engine.query("SELECT if(range = 40000, NULL, 1) AS a FROM range(50000)").as(Narrow.class))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("row 40000")
        .hasMessageContaining("column 'a'")
        .hasMessageContaining("component 'a' (int)")
        .hasMessageContaining("NULL");
  }

  @Test
  void aTypeThatDoesNotFitIsRefusedBeforeAnyRowIsRead() {
    // The rows cannot be computed: reading one would fail otherwise.
    QueryResult result = engine.query("SELECT error('computed')::VARCHAR AS a FROM range(3)");
    assertThatThrownBy(() -> result.as(Narrow.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("component 'a' (int) of record Narrow")
        .hasMessageContaining("VARCHAR");
    assertThat(result.isClosed()).isTrue();
  }

  record Lossy(float a) {}

  @Test
  void aDoubleDoesNotBecomeAFloat() {
    assertThatThrownBy(() -> engine.query("SELECT 0.1::DOUBLE AS a").as(Lossy.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("DOUBLE");
  }

  record Delay(String flightDate, double arrival_delay, long Distance) {}

  @Test
  void namesMatchInAnyCaseAndWithOrWithoutUnderscores() {
    assertThat(
            engine
                .query("SELECT 100 AS distance, 'x' AS unused, 1.5::DOUBLE AS \"arrivalDelay\", 'd' AS flight_date")
                .as(Delay.class))
        .containsExactly(new Delay("d", 1.5, 100));
  }

  @Test
  void aMissingColumnIsAnsweredWithTheNearestName() {
    assertThatThrownBy(() -> engine.query("SELECT 1 AS ab").as(Narrow.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("component 'a' of record Narrow has no column")
        .hasMessageContaining("did you mean 'ab'");
  }

  @Test
  void twoColumnsForOneComponentAreRefused() {
    assertThatThrownBy(() -> engine.query("SELECT 1 AS A_, 2 AS _a").as(Narrow.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("more than one column");
  }

  record Times(
      LocalDate a,
      LocalTime b,
      LocalDateTime c,
      Instant d,
      OffsetDateTime e,
      ZonedDateTime f,
      OffsetTime g,
      Interval h,
      Period i,
      Duration j) {}

  @Test
  void timesTakeTheTypesOfJavaTime() {
    String sql =
        """
        SELECT DATE '2024-02-29' AS a, TIME '12:34:56.789' AS b, TIMESTAMP '2024-02-29 12:00:00' AS c,
          TIMESTAMPTZ '2024-02-29 12:00:00+01' AS d, TIMESTAMPTZ '2024-02-29 12:00:00+01' AS e,
          TIMESTAMPTZ '2024-02-29 12:00:00+01' AS f, '12:00:00+05:30'::TIMETZ AS g,
          INTERVAL '14 months 3 days 1 second' AS h, INTERVAL '14 months 3 days' AS i, INTERVAL '90 minutes' AS j
        """;
    try (var session = engine.session()) {
      session.execute("SET TimeZone = 'Europe/Berlin'");
      Times times = session.query(sql).as(Times.class).getFirst();
      assertThat(times)
          .isEqualTo(
              new Times(
                  LocalDate.of(2024, 2, 29),
                  LocalTime.parse("12:34:56.789"),
                  LocalDateTime.of(2024, 2, 29, 12, 0),
                  Instant.parse("2024-02-29T11:00:00Z"),
                  OffsetDateTime.parse("2024-02-29T12:00:00+01:00"),
                  ZonedDateTime.parse("2024-02-29T12:00:00+01:00[Europe/Berlin]"),
                  OffsetTime.parse("12:00:00+05:30"),
                  new Interval(14, 3, 1_000_000_000),
                  Period.of(1, 2, 3),
                  Duration.ofMinutes(90)));
    }
  }

  record OnlyTime(Duration a) {}

  @Test
  void anIntervalThatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> engine.query("SELECT INTERVAL '1 day' AS a").as(OnlyTime.class))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("row 0");
  }

  enum Mood {
    SAD,
    OK
  }

  record Feeling(Mood a, Mood b, Optional<Mood> c) {}

  @Test
  void javaEnumsTakeTheirNames() {
    String sql = "SELECT 'OK'::ENUM('SAD', 'OK') AS a, 'SAD' AS b, NULL::VARCHAR AS c";
    assertThat(engine.query(sql).as(Feeling.class)).containsExactly(new Feeling(Mood.OK, Mood.SAD, Optional.empty()));
    assertThatThrownBy(() -> engine.query("SELECT 'OK' AS a, 'glad' AS b, 'OK' AS c").as(Feeling.class))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("'glad'")
        .hasMessageContaining("component 'b'");
  }

  record Point(double x, Double y) {}

  record Shape(
      String name, Point centre, List<Point> corners, Map<String, Integer> counts, Optional<List<Long>> tags) {}

  @Test
  void nestedTypesBecomeRecordsListsAndMaps() {
    String sql =
        """
        SELECT 'triangle' AS name, {'x': 1::DOUBLE, 'y': NULL::DOUBLE} AS centre,
          [{'x': 1::DOUBLE, 'y': 2::DOUBLE}, NULL] AS corners, map(['a', 'b'], [1, NULL]) AS counts, [1, NULL] AS tags
        UNION ALL SELECT NULL, NULL, NULL, NULL, NULL
        """;
    List<Shape> shapes = engine.query(sql).as(Shape.class);

    Shape triangle = shapes.getFirst();
    assertThat(triangle.centre()).isEqualTo(new Point(1, null));
    assertThat(triangle.corners()).containsExactly(new Point(1, 2.0), null);
    assertThat(triangle.counts()).containsEntry("a", 1).containsEntry("b", null);
    assertThat(triangle.tags()).contains(Arrays.asList(1L, null));
    assertThat(shapes.getLast()).isEqualTo(new Shape(null, null, null, null, Optional.empty()));
    assertThatThrownBy(() -> triangle.corners().clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void errorsInsideANestedRecordNameThePath() {
    String start = "SELECT 'x' AS name, [] ::STRUCT(x DOUBLE, y DOUBLE)[] AS corners, MAP {} AS counts, NULL AS tags, ";
    assertThatThrownBy(() -> engine.query(start + "{'x': NULL::DOUBLE, 'y': 1::DOUBLE} AS centre").as(Shape.class))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("component 'centre.x' (double) of record Point");
    assertThatThrownBy(() -> engine.query(start + "{'y': 1::DOUBLE} AS centre").as(Shape.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("component 'centre.x' of record Point has no column");
  }

  @SuppressWarnings("ArrayRecordComponent")
  record Vectors(float[] a, double[] b, int[] c, long[] d, Collection<String> e) {}

  @Test
  void listsOfNumbersBecomeArrays() {
    String sql =
        "SELECT [1, 2]::FLOAT[2] AS a, [3, 4]::DOUBLE[] AS b, [5]::INTEGER[] AS c, []::BIGINT[] AS d, ['x', NULL] AS e"
            + " FROM range(3)";
    Vectors vectors = engine.query(sql).as(Vectors.class).getLast();

    assertThat(vectors.a()).containsExactly(1, 2);
    assertThat(vectors.b()).containsExactly(3, 4);
    assertThat(vectors.c()).containsExactly(5);
    assertThat(vectors.d()).isEmpty();
    assertThat(vectors.e()).containsExactly("x", null);
    assertThatThrownBy(() ->
            engine
                .query("SELECT [1, NULL]::FLOAT[2] AS a, NULL AS b, NULL AS c, NULL AS d, NULL AS e")
                .as(Vectors.class))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("component 'a' (float[])")
        .hasMessageContaining("NULL");
  }

  record Anything(Object a, Object b, Number c, CharSequence d, BitSet e, Map<String, Object> f) {}

  @Test
  void wideTypesTakeWhatFitsIntoThem() {
    String sql =
        "SELECT union_value(n := 5) AS a, [1] AS b, 2::BIGINT AS c, '{}'::JSON AS d, '101'::BIT AS e, {'x': 1} AS f";
    Anything anything = engine.query(sql).as(Anything.class).getFirst();
    BitSet ones = new BitSet();
    ones.set(0);
    ones.set(2);

    assertThat(anything).isEqualTo(new Anything(5, List.of(1), 2L, "{}", ones, Map.of("x", 1)));
  }

  record Bare<T>(T a) {}

  @Test
  void aTypeVariableIsRefused() {
    assertThatThrownBy(() -> engine.query("SELECT 1 AS a").as(Bare.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("type variables");
  }

  record Checked(int a) {
    Checked {
      if (a > 1) {
        throw new IllegalArgumentException("too great");
      }
    }
  }

  @Test
  void whatAConstructorThrowsComesOut() {
    QueryResult result = engine.query("SELECT range AS a FROM range(3)");
    assertThatThrownBy(() -> result.as(Checked.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("too great");
    assertThat(result.isClosed()).isTrue();
  }

  @Test
  void aRecordThatIsClosedToTheLibraryIsAnsweredWithWhatOpensIt() throws ClassNotFoundException {
    // A record of the JDK's own stands for one of a module that opens nothing.
    Class<? extends Record> closed = Class.forName("sun.util.locale.LanguageTag").asSubclass(Record.class);
    assertThatThrownBy(() -> engine.query("SELECT 1 AS a").as(closed))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("sun.util.locale.LanguageTag")
        .hasMessageContaining("`opens sun.util.locale")
        .hasMessageContaining("java.base");
  }
}
