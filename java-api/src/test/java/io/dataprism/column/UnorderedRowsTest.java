package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.Query;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.internal.text.ValueText;
import io.dataprism.schema.Schema;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that come in any order are the rows that come in order.
///
/// To replay a failure, give the printed seed back: `-Ddataprism.test.seed=…`.
class UnorderedRowsTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";
  private static final ValueText TEXT = new ValueText(Integer.MAX_VALUE);

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.builder().threads(4).open();
    engine.execute(
        """
        CREATE TABLE t AS
        SELECT range AS n, range % 7 AS k, 'text ' || range % 1000 AS s, if(range % 3 = 0, NULL, range / 3) AS d,
            ['a', 'b', NULL][range % 3 + 1]::ENUM ('a', 'b') AS e
        FROM range(300000)
        """);
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static void assertSameRows(Query query) {
    Map<String, Long> ordered = new ConcurrentHashMap<>();
    long rows = 0;
    Schema schema;
    try (QueryResult result = query.run()) {
      schema = result.schema();
      for (RecordBatch batch : result) {
        addTo(ordered, batch);
        rows += batch.rowCount();
      }
    }
    Map<String, Long> unordered = new ConcurrentHashMap<>();
    long taken =
        query.forEachUnordered(batch -> {
          assertThat(batch.schema()).isEqualTo(schema);
          assertThat(batch.rowCount()).isBetween(1L, 16_384L);
          addTo(unordered, batch);
        });
    assertThat(taken).isEqualTo(rows);
    // Of many rows a few tell what is wrong.
    assertThat(unordered.entrySet().stream().filter(row -> !row.getValue().equals(ordered.get(row.getKey()))).limit(5))
        .isEmpty();
    assertThat(unordered).hasSameSizeAs(ordered);
  }

  private static void addTo(Map<String, Long> rows, RecordBatch batch) {
    for (long row = 0; row < batch.rowCount(); row++) {
      StringBuilder text = new StringBuilder();
      for (int column = 0; column < batch.columnCount(); column++) {
        text.append(TEXT.of(batch.column(column), row)).append('\n');
      }
      rows.merge(text.toString(), 1L, Long::sum);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FROM t",
        "FROM t LIMIT 0",
        "FROM t WHERE n = 5",
        "FROM t WHERE hash(n) % 5 = 0",
        "FROM t ORDER BY d DESC NULLS FIRST, n",
        "FROM t ORDER BY n DESC LIMIT 20000 OFFSET 17",
        "SELECT k, count(*), sum(n), list(DISTINCT e ORDER BY e) FROM t GROUP BY k",
        "SELECT k, e, count(*) AS c FROM t GROUP BY ROLLUP (k, e) HAVING c > 10",
        "SELECT count(*), min(s) FROM t",
        "SELECT DISTINCT s, e FROM t",
        "WITH a AS (FROM t WHERE k = 1), b AS MATERIALIZED (FROM t WHERE k < 3) SELECT * FROM a JOIN b USING (n)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5000) FROM r",
        "SELECT a.n, b.s FROM t a LEFT JOIN (FROM t WHERE k = 3) b ON a.n = b.n + 1",
        "SELECT n FROM t SEMI JOIN (SELECT n * 2 AS n FROM t) USING (n)",
        "SELECT n, s FROM t WHERE k = 1 UNION ALL SELECT n, s FROM t WHERE k = 2 UNION ALL SELECT 1, 'x'",
        "SELECT s FROM t UNION SELECT 'other'",
        "SELECT n FROM t EXCEPT SELECT n FROM t WHERE k > 2",
        "SELECT n, row_number() OVER (PARTITION BY k ORDER BY n) AS r, lag(s) OVER (ORDER BY n) FROM t",
        "SELECT n FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY n) < 4",
        "VALUES (1, 'a'), (2, NULL)",
        "SELECT 1 AS a, 2 AS a, 3 AS \"A\", 4 AS \"x\"\"y\", 5, 6",
        "SELECT a.*, b.* FROM t a JOIN t b USING (n) WHERE a.n < 30000",
        "SELECT NULL, NULL::INTEGER, [], {'a': NULL}",
        "SELECT 'constant' AS c, n, NULL AS nothing, 1.5 AS half FROM t",
        "SELECT n, unnest([n, n + 1]) AS m FROM t",
        "SELECT struct_pack(n, s, d) AS v, [s, NULL] AS l, MAP {s: d} AS m, [n, n]::BIGINT[2] AS a FROM t",
        "SELECT (SELECT max(n) FROM t b WHERE b.k = a.k) FROM t a",
        "PIVOT t ON k IN (1, 2, 3) USING sum(n) GROUP BY e",
        "UNPIVOT (SELECT n, k FROM t) ON n, k",
        "DESCRIBE t",
        // Of few rows: quantiles are estimates, which of many depend on how threads share them.
        "SUMMARIZE (SELECT n, k FROM t WHERE n < 1000)",
        "SHOW TABLES",
        "FROM duckdb_settings() WHERE name LIKE 'arrow%'",
        "FROM test_all_types(use_large_enum = true)",
        "SELECT * FROM '../examples/data/flights-3m.parquet' AS f WHERE hash(f) % 20 = 0",
        "FROM t ; -- and a comment with a ; in it",
      })
  void theRowsAreTheSame(String sql) {
    assertSameRows(engine.sql(sql));
  }

  @Test
  void theRowsOfEveryTypeAreTheSame() {
    assertSameRows(engine.sql("SELECT test_all_types.*, n FROM test_all_types(), (FROM t WHERE n < 7000)"));
  }

  @Test
  void parametersGetTheSameRows() {
    assertSameRows(engine.sql("SELECT n, ? AS x, ? AS y FROM t WHERE n < ?").with("x", null, 50_000));
    assertSameRows(
        engine.sql("SELECT n, $a || s AS x FROM t WHERE k = $b OR k = $b + 1").with(Map.of("A", "é", "b", 3)));
    assertSameRows(engine.sql("SELECT r FROM range(?) AS t(r) LIMIT ?").with(100_000L, 70_000));
    assertSameRows(
        engine
            .sql("FROM read_parquet($file) AS f WHERE hash(f) % 20 = 1")
            .with(Map.of("file", "../examples/data/flights-3m.parquet")));
  }

  static LongStream seeds() {
    Long replayed = Long.getLong(SEED_PROPERTY);
    return replayed != null ? LongStream.of(replayed) : new SplittableRandom().longs(20);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void rowsOfRandomTypesAreTheSame(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<RandomType> types = List.of(RandomType.any(random, 2), RandomType.any(random, 0), RandomType.any(random, 3));
    int rows = 1 + random.nextInt(40_000);
    IO.println("-D" + SEED_PROPERTY + "=" + seed + ": " + rows + " rows of " + types);
    StringBuilder sql = new StringBuilder("SELECT n");
    for (int i = 0; i < types.size(); i++) {
      sql.append(", ")
          .append(types.get(i).value("hash(n, " + (seed >>> 1) + ", " + i + ")", 0))
          .append(" AS v")
          .append(i);
    }
    assertSameRows(engine.sql(sql + " FROM t WHERE n < " + rows + (random.nextBoolean() ? "" : " AND k <> 3")));
  }
}
