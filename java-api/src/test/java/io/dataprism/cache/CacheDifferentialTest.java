package io.dataprism.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.error.DataPrismException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Random changes between reads: with the cache and without it the rows are the same. `-Ddataprism.seed=…` repeats a
/// run.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CacheDifferentialTest {
  private static final int STEPS = 800;

  private static final List<String> READS =
      List.of(
          "SELECT * FROM a ORDER BY ALL",
          "SELECT count(*), sum(x) FROM b",
          "SELECT a.x, b.x FROM a JOIN b USING (x) ORDER BY ALL",
          "SELECT * FROM v ORDER BY ALL",
          "SELECT * FROM vv ORDER BY ALL",
          "SELECT m(x) FROM a ORDER BY ALL",
          "SELECT * FROM tm(2) ORDER BY ALL",
          "WITH a AS (SELECT 1 AS x) SELECT * FROM a, (SELECT count(*) AS n FROM main.b) ORDER BY ALL",
          "SELECT * FROM s.t ORDER BY ALL",
          "SELECT sum(x) FROM '%s/one.csv'",
          "SELECT count(*), sum(x) FROM read_csv('%s/*.csv')",
          "SELECT x, max(x) OVER () FROM a ORDER BY x",
          "SELECT count(*) + 5 FROM a");

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private final Random random;
  private final long seed;
  private int cachedReads;

  CacheDifferentialTest() {
    seed = Long.getLong("dataprism.seed", System.nanoTime());
    random = new Random(seed);
  }

  @Test
  void readsAreTheSameWithTheCacheAndWithoutIt(@TempDir Path folder) throws IOException {
    System.out.println("CacheDifferentialTest: to be repeated with -Ddataprism.seed=" + seed);
    CacheOptions options = CacheOptions.ofBytes(1 << 20);
    try (Engine engine = Engine.builder().cache(options).open();
        Session session = engine.session()) {
      for (String sql :
          List.of(
              "CREATE TABLE a (x INT)",
              "CREATE TABLE b (x INT)",
              "CREATE SCHEMA s",
              "CREATE TABLE s.t (x INT)",
              "CREATE VIEW v AS SELECT x FROM a",
              "CREATE VIEW vv AS SELECT count(*) AS n FROM v, b",
              "CREATE MACRO m(y) AS y + (SELECT count(*) FROM b)",
              "CREATE MACRO tm(y) AS TABLE SELECT x + y AS z FROM a")) {
        engine.execute(sql);
      }
      writeFile(folder.resolve("one.csv"));
      for (int step = 0; step < STEPS; step++) {
        String done = random.nextInt(3) == 0 ? change(engine, session, folder) : "nothing";
        String sql = READS.get(random.nextInt(READS.size())).replace("%s", folder.toString());
        String cached = read(engine, sql, true);
        assertThat(cached)
            .as("seed %d, step %d, after %s: %s", seed, step, done, sql)
            .isEqualTo(read(engine, sql, false));
      }
      CacheStatistics statistics = engine.cache().statistics();
      assertThat(statistics.hits()).as(statistics.toString()).isGreaterThan(STEPS / 10);
      assertThat(statistics.invalidations()).as(statistics.toString()).isGreaterThan(STEPS / 50);
      assertThat(statistics.hits() + statistics.misses() + statistics.bypassed()).isEqualTo(cachedReads);
    }
  }

  /// The rows as text, or the error.
  private String read(Engine engine, String sql, boolean cached) {
    if (cached) {
      cachedReads++;
    }
    try {
      return (cached ? engine.sql(sql).cached() : engine.sql(sql)).run().toTable(1_000);
    } catch (DataPrismException e) {
      return e.code().toString();
    }
  }

  private String change(Engine engine, Session session, Path folder) throws IOException {
    String table = List.of("a", "b", "s.t", "main.a", "\"B\"").get(random.nextInt(5));
    int value = random.nextInt(5);
    String sql =
        switch (random.nextInt(14)) {
          case 0, 1, 2 -> "INSERT INTO " + table + " VALUES (" + value + ")";
          case 3 -> "UPDATE " + table + " SET x = x + 1 WHERE x < " + value;
          case 4 -> "DELETE FROM " + table + " WHERE x > " + value;
          case 5 -> "WITH i AS (INSERT INTO " + table + " VALUES (" + value + ") RETURNING x) SELECT * FROM i";
          case 6 -> "CREATE OR REPLACE VIEW v AS SELECT x + " + value + " AS x FROM " + table;
          case 7 -> "CREATE OR REPLACE MACRO m(y) AS y * " + value + " + (SELECT count(*) FROM " + table + ")";
          case 8 -> "TRUNCATE " + table;
          case 9 -> "CREATE OR REPLACE TABLE b AS SELECT " + value + " AS x";
          case 10 -> "SET GLOBAL default_order = '" + (value % 2 == 0 ? "ASC" : "DESC") + "'";
          case 11 -> "MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE";
          case 12 -> "COPY b TO '" + folder + "/" + (value == 0 ? "two" : "one") + ".csv'";
          default -> "";
        };
    if (sql.isEmpty()) {
      if (value == 0) {
        Files.deleteIfExists(folder.resolve("two.csv"));
        return "a deleted file";
      }
      writeFile(folder.resolve("one.csv"));
      return "a written file";
    }
    try {
      switch (random.nextInt(5)) {
        case 0 -> {
          try (Transaction transaction = engine.begin()) {
            transaction.execute(sql);
            read(engine, "SELECT * FROM a ORDER BY ALL", true);
            if (random.nextBoolean()) {
              transaction.commit();
              return sql + ", committed";
            }
            return sql + ", rolled back";
          }
        }
        case 1 -> session.execute(sql);
        case 2 -> engine.query(sql).close();
        case 3 -> engine.execute("BEGIN; " + sql + "; COMMIT");
        default -> engine.execute(sql);
      }
    } catch (DataPrismException e) {
      return sql + ", which failed: " + e.getMessage();
    }
    return sql;
  }

  private void writeFile(Path file) throws IOException {
    Files.writeString(file, "x\n" + random.nextInt(10) + "\n");
  }
}
