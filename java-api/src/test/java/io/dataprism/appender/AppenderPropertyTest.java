package io.dataprism.appender;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.column.RandomType;
import io.dataprism.error.ConversionException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Values of random types that are read from one table and appended to another are the same, by rows and by columns.
/// Seeds are printed; `-Ddataprism.test.seed` runs one again, and `-Ddataprism.test.cases` says how many there are.
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AppenderPropertyTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";
  private static final String CASES_PROPERTY = "dataprism.test.cases";
  private static final List<Integer> ROW_COUNTS = List.of(0, 1, 7, 64, 2_049);

  private static final Engine engine = Engine.open();

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
  void valuesOfRandomTypesArriveAsTheyWere(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomType type = RandomType.any(random, random.nextInt(4));
    // What is read of a UNION does not tell its member.
    while (type.sql().contains("UNION")) {
      type = RandomType.any(random, random.nextInt(4));
    }
    int rows = ROW_COUNTS.get(random.nextInt(ROW_COUNTS.size()));
    IO.println("-D" + SEED_PROPERTY + "=" + seed + ": " + rows + " rows of " + type.sql());
    assertAppended(type, seed, rows);
  }

  @ParameterizedTest
  @EnumSource(RandomType.Plain.Kind.class)
  void valuesOfEachPlainTypeArriveAsTheyWere(RandomType.Plain.Kind kind) {
    assertAppended(new RandomType.Plain(kind, 20), 1, 3_000);
  }

  private record Row(long number, Object value) {}

  private static void assertAppended(RandomType type, long seed, int count) {
    String value = type.value("hash(r, " + Long.toUnsignedString(seed) + ")", 0);
    engine.execute("CREATE OR REPLACE TABLE given AS SELECT r, " + value + " AS v FROM range(" + count + ") AS t(r)");
    List<Row> rows = read();
    engine.execute("CREATE OR REPLACE TABLE byrow AS FROM given LIMIT 0");
    try (RowAppender appender = engine.appender("byrow").flushEvery(1_000).forRows()) {
      rows.forEach(row -> appender.append(row.number(), row.value()));
    }
    engine.execute("CREATE OR REPLACE TABLE bycolumn AS FROM given LIMIT 0");
    try (ColumnAppender appender = engine.appender("bycolumn").forColumns()) {
      // In two parts, of which the second begins in the middle of what the writers hold.
      int half = rows.size() / 2;
      for (List<Row> part : List.of(rows.subList(0, half), rows.subList(half, rows.size()))) {
        List<Object> values = new ArrayList<>();
        part.forEach(row -> values.add(row.value()));
        appender.append(ColumnData.of(part.stream().mapToLong(Row::number).toArray()), ColumnData.of(values));
      }
    }
    for (String table : List.of("byrow", "bycolumn")) {
      assertThat(differences(table)).as("%s of %s, seed %d", table, type.sql(), seed).isZero();
      assertThat(count(table)).isEqualTo(rows.size());
    }
  }

  private static long differences(String table) {
    return number(
        "SELECT count(*) FROM "
            + table
            + " JOIN given USING (r) WHERE "
            + table
            + ".v::VARCHAR IS DISTINCT FROM given.v::VARCHAR");
  }

  private static long count(String table) {
    return number("SELECT count(*) FROM " + table + " JOIN given USING (r)");
  }

  private static long number(String sql) {
    try (QueryResult result = engine.query(sql)) {
      return result.iterator().next().int64(0).get(0);
    }
  }

  private static List<Row> read() {
    List<Row> rows = new ArrayList<>();
    try (QueryResult result = engine.query("SELECT r, v FROM given")) {
      result.forEach(batch -> {
        for (long row = 0; row < batch.rowCount(); row++) {
          try {
            rows.add(new Row(batch.int64(0).get(row), batch.column(1).getObject(row)));
          } catch (ConversionException e) {
            // A time of 24:00, which Java does not have.
            assertThat(e.getMessage()).contains("24:00");
          }
        }
      });
    }
    return rows;
  }
}
