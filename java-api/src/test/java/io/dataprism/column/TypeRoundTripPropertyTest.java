package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.internal.text.ValueText;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Values of random types, nested up to three deep, read in Java and written as text, against DuckDB's own text of
/// them.
///
/// To replay a failure, give the printed seed back: `-Ddataprism.test.seed=…`. `-Ddataprism.test.cases=…` asks for more
/// than the usual 60 cases.
class TypeRoundTripPropertyTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";
  private static final String CASES_PROPERTY = "dataprism.test.cases";

  /// Around the sizes of DuckDB's vectors (2,048) and of a batch (16,384).
  private static final List<Integer> ROW_COUNTS =
      List.of(0, 1, 7, 8, 9, 2047, 2048, 2049, 5000, 16_384, 16_385, 40_000);

  private static final ValueText TEXT = new ValueText(Integer.MAX_VALUE);

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
  void valuesOfRandomTypesReadAsDuckDbWritesThem(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomType type = RandomType.any(random, random.nextInt(4));
    int rows = ROW_COUNTS.get(random.nextInt(ROW_COUNTS.size()));
    IO.println("-D" + SEED_PROPERTY + "=" + seed + ": " + rows + " rows of " + type.sql());

    // A filter makes DuckDB hand over vectors that are not full, which then straddle the batches.
    String filter = random.nextBoolean() ? "" : " WHERE hash(r) % 3 > 0";
    assertReadsAsText(type, seed, rows, filter);
  }

  @ParameterizedTest
  @EnumSource(RandomType.Plain.Kind.class)
  void manyValuesOfEachPlainTypeReadAsDuckDbWritesThem(RandomType.Plain.Kind kind) {
    assertReadsAsText(new RandomType.Plain(kind, 20), 1, 20_000, "");
  }

  private static void assertReadsAsText(RandomType type, long seed, int rows, String filter) {
    String value = type.value("hash(r, " + Long.toUnsignedString(seed) + ")", 0);
    String sql =
        "SELECT v, v::VARCHAR AS text FROM (SELECT " + value + " AS v FROM range(" + rows + ") AS t(r)" + filter + ")";
    try (QueryResult result = engine.query(sql)) {
      long read = 0;
      for (RecordBatch batch : result) {
        Column column = batch.column("v");
        Utf8Column expected = batch.utf8("text");
        long nulls = 0;
        for (long row = 0; row < batch.rowCount(); row++) {
          String text = expected.isNull(row) ? "NULL" : expected.get(row);
          assertThat(TEXT.of(column, row)).as("%s, row %d, seed %d", type.sql(), read + row, seed).isEqualTo(text);
          nulls += column.isNull(row) ? 1 : 0;
        }
        assertThat(column.nullCount()).isEqualTo(nulls);
        read += batch.rowCount();
      }
      assertThat(read).isLessThanOrEqualTo(rows);
      if (filter.isEmpty()) {
        assertThat(read).isEqualTo(rows);
      }
    }
  }
}
