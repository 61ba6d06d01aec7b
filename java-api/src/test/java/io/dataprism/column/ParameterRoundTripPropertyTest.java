package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.SqlValue;
import io.dataprism.error.ConversionException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Values of random types, nested up to three deep, that are read in Java and given back as parameters of the type that
/// they were read from: for DuckDB they are what they were.
///
/// To replay a failure, give the printed seed back: `-Ddataprism.test.seed=…`. `-Ddataprism.test.cases=…` asks for more
/// than the usual 60 cases.
class ParameterRoundTripPropertyTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";
  private static final String CASES_PROPERTY = "dataprism.test.cases";
  private static final int ROWS = 40;

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

  static LongStream seeds() {
    Long replayed = Long.getLong(SEED_PROPERTY);
    return replayed != null
        ? LongStream.of(replayed)
        : new SplittableRandom().longs(Integer.getInteger(CASES_PROPERTY, 60));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void valuesOfRandomTypesComeBackAsTheyWere(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomType type = RandomType.any(random, random.nextInt(4));
    // What is read of a UNION does not tell its member.
    while (type.sql().contains("UNION")) {
      type = RandomType.any(random, random.nextInt(4));
    }
    IO.println("-D" + SEED_PROPERTY + "=" + seed + ": " + type.sql());
    assertComesBack(type, seed);
  }

  @ParameterizedTest
  @EnumSource(RandomType.Plain.Kind.class)
  void valuesOfEachPlainTypeComeBackAsTheyWere(RandomType.Plain.Kind kind) {
    assertComesBack(new RandomType.Plain(kind, 20), 1);
  }

  /// A value that was read.
  private record Read(Object value, String text) {}

  private static void assertComesBack(RandomType type, long seed) {
    String value = type.value("hash(r, " + Long.toUnsignedString(seed) + ")", 0);
    String sql = "SELECT v, v::VARCHAR AS text FROM (SELECT " + value + " AS v FROM range(" + ROWS + ") AS t(r))";
    List<Read> all = new ArrayList<>();
    io.dataprism.schema.DataType of;
    try (QueryResult result = engine.query(sql)) {
      of = result.schema().field("v").type();
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          try {
            all.add(new Read(batch.column("v").getObject(row), batch.utf8("text").get(row)));
          } catch (ConversionException e) {
            // A time of 24:00, which Java does not have.
            assertThat(e).hasMessageContaining("24:00");
          }
        }
      }
    }
    // A column does not tell the texts of an ENUM, which is sent as text.
    String typeText = of.sql().contains("ENUM") ? null : (String) first("SELECT typeof((" + value("0", type) + "))");
    try (PreparedStatement back = engine.prepare("SELECT $1::VARCHAR, typeof($1)")) {
      for (Read read : all) {
        try (QueryResult result = back.query(SqlValue.of(of, read.value()))) {
          RecordBatch batch = result.next();
          assertThat(batch.utf8(0).get(0)).as("%s, seed %d", type.sql(), seed).isEqualTo(read.text());
          if (typeText != null) {
            assertThat(batch.utf8(1).get(0)).isEqualTo(typeText);
          }
        }
      }
    }
  }

  private static String value(String row, RandomType type) {
    return type.value("hash(" + row + ")", 0);
  }

  private static Object first(String sql) {
    try (QueryResult result = engine.query(sql)) {
      return result.next().column(0).getObject(0);
    }
  }
}
