package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.BinderException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.PermissionException;
import io.dataprism.error.SyntaxException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aQueryGivesItsRowsBatchByBatch() {
    long rows = 0;
    long sum = 0;
    try (QueryResult result = engine.query("SELECT range AS n FROM range(100000)")) {
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          sum += batch.int64("n").get(row);
        }
        rows += batch.rowCount();
        assertThat(engine.liveHandles().batches()).as("one batch is in flight").isEqualTo(1);
      }
    }
    assertThat(rows).isEqualTo(100_000);
    assertThat(sum).isEqualTo(100_000L * 99_999 / 2);
  }

  @Test
  void everyParameterTypeArrivesAsItsSqlType() {
    assertParameter(null, "\"NULL\"", null);
    assertParameter(true, "BOOLEAN", "true");
    assertParameter((byte) -7, "TINYINT", "-7");
    assertParameter((short) -700, "SMALLINT", "-700");
    assertParameter(-70_000, "INTEGER", "-70000");
    assertParameter(Long.MIN_VALUE, "BIGINT", "-9223372036854775808");
    assertParameter(BigInteger.TWO.pow(126).negate(), "HUGEINT", "-85070591730234615865843651857942052864");
    assertParameter(0.1f, "FLOAT", "0.1");
    assertParameter(-0.1, "DOUBLE", "-0.1");
    assertParameter(new BigDecimal("-12.340"), "DECIMAL(5,3)", "-12.340");
    assertParameter(new BigDecimal("0.001"), "DECIMAL(3,3)", ".001");
    assertParameter(new BigDecimal("1E+3"), "DECIMAL(4,0)", "1000");
    assertParameter("naïve 🦆", "VARCHAR", "naïve 🦆");
    assertParameter("", "VARCHAR", "");
    assertParameter(new byte[] {0, 'a', (byte) 0xff}, "BLOB", "\\x00a\\xFF");
    assertParameter(LocalDate.of(1969, 7, 20), "DATE", "1969-07-20");
    assertParameter(LocalTime.of(12, 34, 56, 789_000), "TIME", "12:34:56.000789");
    assertParameter(LocalDateTime.of(1969, 7, 20, 20, 17, 40), "TIMESTAMP", "1969-07-20 20:17:40");
    assertParameter(LocalDateTime.of(2020, 1, 2, 3, 4, 5, 6), "TIMESTAMP_NS", "2020-01-02 03:04:05.000000006");
    assertParameter(Period.of(1, 2, 3), "INTERVAL", "1 year 2 months 3 days");
    assertParameter(Duration.ofMillis(-1_500), "INTERVAL", "-00:00:01.5");
    UUID uuid = UUID.fromString("f47ac10b-58cc-4372-a567-0e02b2c3d479");
    assertParameter(uuid, "UUID", uuid.toString());
  }

  private void assertParameter(Object value, String type, String text) {
    try (QueryResult result = engine.query("SELECT typeof(v), v::VARCHAR FROM (SELECT $1 AS v)", value)) {
      RecordBatch batch = result.next();
      assertThat(batch.utf8(0).get(0)).isEqualTo(type);
      assertThat(batch.utf8(1).isNull(0) ? null : batch.utf8(1).get(0)).isEqualTo(text);
    }
  }

  @Test
  void anInstantKeepsItsPointInTime() {
    Instant instant = Instant.parse("2020-02-29T23:59:59.123456Z");
    try (QueryResult result = engine.query("SELECT epoch_us($1)", instant)) {
      assertThat(result.next().int64(0).get(0)).isEqualTo(1_583_020_799_123_456L);
    }
  }

  @Test
  void aParameterWithoutAnSqlTypeIsRefused() {
    assertThatThrownBy(() -> engine.query("SELECT ?, ?", 1, new Object()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("parameter 2")
        .hasMessageContaining("java.lang.Object");
    assertThatThrownBy(() -> engine.query("SELECT ?", BigInteger.TWO.pow(200)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("HUGEINT");
    assertThatThrownBy(() -> engine.query("SELECT ?", LocalDateTime.MAX.minusYears(1)))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> engine.query("SELECT ?", BigDecimal.TEN.pow(40)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("38");
  }

  @Test
  void parametersThatDoNotMatchAreRefused() {
    assertThatThrownBy(() -> engine.query("SELECT ?, ?", 1)).isInstanceOf(io.dataprism.error.DataPrismException.class);
    assertThatThrownBy(() -> engine.query("SELECT 1; SELECT ?", 1)).isInstanceOf(BinderException.class);
  }

  @Test
  void executeCountsChangedRows() {
    assertThat(engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)")).isEqualTo(10);
    assertThat(engine.execute("UPDATE t SET n = n + 1 WHERE n >= ?", 7)).isEqualTo(3);
    assertThat(engine.execute("DELETE FROM t")).isEqualTo(10);
    assertThat(engine.execute("DROP TABLE t")).isZero();
  }

  @Test
  void anEmptyResultHasASchemaAndNoBatch() {
    try (QueryResult result = engine.query("SELECT 1 AS a, 'x' AS b WHERE false")) {
      assertThat(result.schema().fields()).extracting(field -> field.name()).containsExactly("a", "b");
      assertThat(result.next()).isNull();
      assertThat(result.next()).as("the end stays the end").isNull();
      assertThat(result.iterator().hasNext()).isFalse();
    }
  }

  @Test
  void aSessionKeepsWhatBelongsToIt() {
    try (Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE mine AS SELECT 1 AS n; BEGIN; CREATE TABLE later (n INT)");
      try (QueryResult result = session.query("FROM mine")) {
        assertThat(result.next().rowCount()).isEqualTo(1);
      }
      assertThatThrownBy(() -> engine.query("FROM mine")).isInstanceOf(CatalogException.class);
      assertThatThrownBy(() -> engine.query("FROM later")).isInstanceOf(CatalogException.class);
      session.execute("COMMIT");
    }
    engine.execute("INSERT INTO later VALUES (1)");
  }

  @Test
  void threadsMayQueryAtOnce() throws Exception {
    engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(50000)");
    try (var pool = java.util.concurrent.Executors.newFixedThreadPool(8)) {
      var sums =
          pool.invokeAll(
              java.util.Collections.nCopies(
                  64,
                  () -> {
                    try (QueryResult result = engine.query("SELECT sum(n)::BIGINT FROM t")) {
                      return result.next().int64(0).get(0);
                    }
                  }));
      for (var sum : sums) {
        assertThat(sum.get()).isEqualTo(50_000L * 49_999 / 2);
      }
    }
  }

  @Test
  void aDatabaseFileKeepsItsRows(@TempDir Path directory) {
    Path file = directory.resolve("kept.db");
    try (Engine first = Engine.open(file)) {
      first.execute("CREATE TABLE t AS SELECT 42 AS n");
    }
    assertThat(file).exists();
    try (Engine second = Engine.builder().database(file).readOnly().open();
        QueryResult result = second.query("FROM t")) {
      assertThat(result.next().int32("n").get(0)).isEqualTo(42);
      assertThatThrownBy(() -> second.execute("DELETE FROM t")).isInstanceOf(PermissionException.class);
    }
  }

  @Test
  void settingsOfTheBuilderReachTheEngine(@TempDir Path directory) throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("spill"));
    try (Engine configured = Engine.builder().threads(1).memoryLimit(300L << 20).tempDirectory(temporary).open();
        QueryResult result =
            configured.query(
                "SELECT current_setting('threads')::INT, current_setting('memory_limit'),"
                    + " current_setting('temp_directory')")) {
      RecordBatch batch = result.next();
      assertThat(batch.int32(0).get(0)).isEqualTo(1);
      assertThat(batch.utf8(1).get(0)).isEqualTo("300.0 MiB");
      assertThat(batch.utf8(2).get(0)).isEqualTo(temporary.toString());
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> Engine.builder().threads(0)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> Engine.builder().memoryLimit(-1)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> Engine.builder().readOnly().open()).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void statementsInATextRunInOrderAndTheLastOneGivesTheRows() {
    try (QueryResult result =
        engine.query("CREATE TABLE t (n INT); INSERT INTO t VALUES (1), (2); SELECT count(*) FROM t")) {
      assertThat(result.next().int64(0).get(0)).isEqualTo(2);
    }
    assertThatThrownBy(() -> engine.execute("  -- nothing\n ; ")).isInstanceOf(SyntaxException.class);
  }

  @Test
  void theVersionOfDuckDbIsKnown() {
    assertThat(engine.duckdbVersion()).isEqualTo("v2.0.0");
  }

  record Pair(long n, String text) {}

  @Test
  void rowsBecomeRecordsAndTables() {
    String sql = "SELECT range AS n, 'row ' || range AS text FROM range(3)";
    assertThat(engine.query(sql).as(Pair.class))
        .isEqualTo(List.of(new Pair(0, "row 0"), new Pair(1, "row 1"), new Pair(2, "row 2")));
    assertThat(engine.query(sql).toTable(10)).contains("row 2").contains("n").contains("text");
    assertThat(engine.liveHandles().results()).isZero();
  }
}
