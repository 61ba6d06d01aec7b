package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.job.JobTarget;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A table that a job makes is the one that `CREATE TABLE … AS` would have made, whatever the types.
///
/// To replay a failure of random types, give the printed seed back: `-Ddataprism.test.seed=…`.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class JobTypesTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open();
    engine.execute("CREATE TYPE mood AS ENUM ('sad', 'it''s \"so\" happy')");
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static boolean holds(String sql) {
    try (QueryResult result = engine.query(sql)) {
      RecordBatch batch = result.next();
      assertThat(batch).isNotNull();
      return batch.bool(0).get(0);
    }
  }

  private static void assertSameTable(String sql) throws Exception {
    engine.execute("DROP TABLE IF EXISTS direct; DROP TABLE IF EXISTS by_job");
    engine.execute("CREATE TABLE direct AS " + sql);
    engine.sql(sql).inBackground(JobTarget.table("by_job")).toFuture().get();
    String columns =
        "(SELECT list((column_name, data_type, is_nullable, column_default) ORDER BY column_index)"
            + " FROM duckdb_columns() WHERE table_name = '%s')";
    assertThat(holds("SELECT " + columns.formatted("direct") + " = " + columns.formatted("by_job"))).isTrue();
    // As text, for not every type can be compared.
    String rows = "(SELECT list(%1$s::VARCHAR ORDER BY rowid) FROM %1$s)";
    assertThat(holds("SELECT " + rows.formatted("direct") + " IS NOT DISTINCT FROM " + rows.formatted("by_job")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FROM test_all_types(use_large_enum = true)",
        "FROM test_vector_types(NULL::INTEGER, NULL::VARCHAR, NULL::STRUCT(a INTEGER, b VARCHAR[]))",
        "SELECT NULL AS nothing, [] AS empty, [NULL] AS nulls, MAP {} AS m",
        "SELECT 'sad'::mood AS m, ['it''s \"so\" happy'::mood] AS l",
        "SELECT {'a b': 1, '\"quoted\"': 'x', 'select': [1.5, NULL]} AS \"a \"\"b\"\"\", row(1, 'x') AS unnamed",
        "SELECT '{\"a\": 1}'::JSON AS j, to_json([1, 2]) AS k",
        "SELECT 42::VARIANT AS v, union_value(num := 1) AS u",
        "SELECT 1 AS a, 2 AS a, 3 AS A, 4 AS b",
        "SELECT 'ä' COLLATE NOCASE AS c, 'x' AS d",
        "SELECT 0.1::DECIMAL(38, 20) AS d, 1e300 AS f, 'nan'::FLOAT AS n, '-infinity'::DOUBLE AS i",
        "SELECT TIME '12:00:00+02' AS t, TIMESTAMPTZ '2024-02-29 12:00:00+00' AS z, INTERVAL '1 month 2 days' AS i",
        "SELECT range AS n, range % 7 AS k, repeat('x', (range % 100)::INTEGER) AS t FROM range(300000) ORDER BY n"
            + " DESC",
        "FROM (VALUES (1, 'one'), (2, NULL)) AS t(n, name)",
        "SELECT unnest([1, 2, 3]) AS n",
        "SHOW TABLES",
        "PIVOT (VALUES ('a', 1), ('b', 2), ('a', 3)) AS t(k, v) ON k IN ('a', 'b') USING sum(v)",
      })
  void isTheTableOfCreateTableAs(String sql) throws Exception {
    assertSameTable(sql);
  }

  static LongStream seeds() {
    Long replayed = Long.getLong(SEED_PROPERTY);
    return replayed != null ? LongStream.of(replayed) : new SplittableRandom().longs(30);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void isTheTableOfCreateTableAsForRandomTypes(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    RandomType type = RandomType.any(random, random.nextInt(4));
    int rows = List.of(0, 1, 2047, 2049, 5000).get(random.nextInt(5));
    IO.println("-D" + SEED_PROPERTY + "=" + seed + ": " + rows + " rows of " + type.sql());
    String value = type.value("hash(r, " + Long.toUnsignedString(seed) + ")", 0);
    assertSameTable("SELECT " + value + " AS v FROM range(" + rows + ") AS t(r)");
  }
}
