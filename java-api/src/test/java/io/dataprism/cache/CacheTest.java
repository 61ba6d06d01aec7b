package io.dataprism.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.Query;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Session;
import io.dataprism.SqlValue;
import io.dataprism.Transaction;
import io.dataprism.catalog.TableName;
import io.dataprism.column.Interval;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.schema.DataType;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the cache gives, keeps and refuses.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CacheTest {
  private static final long MEGABYTE = 1 << 20;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static Engine open(CacheOptions options) {
    return Engine.builder().cache(options).open();
  }

  private static Engine open() {
    return open(CacheOptions.ofBytes(8 * MEGABYTE).forAllQueries());
  }

  /// All rows as text.
  private static String read(QueryResult result) {
    return result.toTable(1_000_000);
  }

  private static String read(Engine engine, String sql, Object... parameters) {
    return read(engine.query(sql, parameters));
  }

  private static long bypassed(Engine engine, BypassReason reason) {
    return engine.cache().statistics().bypasses().getOrDefault(reason, 0L);
  }

  /// Counts what happens from here on.
  private static final class Counted {
    private final Engine engine;
    private CacheStatistics before;

    Counted(Engine engine) {
      this.engine = engine;
      this.before = engine.cache().statistics();
    }

    void expect(long hits, long misses, long bypasses, long invalidations) {
      CacheStatistics now = engine.cache().statistics();
      assertThat(
              List.of(
                  now.hits() - before.hits(),
                  now.misses() - before.misses(),
                  now.bypassed() - before.bypassed(),
                  now.invalidations() - before.invalidations()))
          .as("hits, misses, bypasses, invalidations; %s", now.bypasses())
          .isEqualTo(List.of(hits, misses, bypasses, invalidations));
      before = now;
    }
  }

  @Test
  void aQueryThatIsAskedAgainIsNotRunAgain() {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS x, range::VARCHAR AS s FROM range(40000)");
      Counted counted = new Counted(engine);
      String first = read(engine, "SELECT * FROM t ORDER BY x");
      counted.expect(0, 1, 0, 0);
      try (QueryResult kept = engine.query("SELECT * FROM t ORDER BY x")) {
        assertThat(kept.metrics().fromCache()).isTrue();
        assertThat(read(kept)).isEqualTo(first).contains("39999");
      }
      counted.expect(1, 0, 0, 0);
      assertThat(engine.liveHandles().cachedResults()).isEqualTo(1);
      engine.cache().clear();
      assertThat(engine.liveHandles().cachedResults()).isZero();
      assertThat(engine.cache().statistics().bytes()).isZero();
    }
  }

  @Test
  void keptRowsAreReadInPlace() {
    try (Engine engine = open()) {
      String sql = "SELECT range AS x FROM range(40000)";
      List<List<Long>> addresses = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        List<Long> places = new ArrayList<>();
        try (QueryResult result = engine.query(sql)) {
          for (RecordBatch batch : result) {
            places.add(batch.int64("x").values().address());
          }
        }
        addresses.add(places);
      }
      assertThat(addresses.get(0)).hasSize(3).isEqualTo(addresses.get(1)).isEqualTo(addresses.get(2));
      assertThat(engine.cache().statistics().hits()).isEqualTo(2);
    }
  }

  @Test
  void rowsThatAreReadStayThoughTheCacheIsCleared() {
    Engine engine = open();
    String sql = "SELECT range AS x FROM range(1000)";
    engine.query(sql).close();
    QueryResult result = engine.query(sql);
    RecordBatch batch = Objects.requireNonNull(result.next());
    engine.cache().clear();
    assertThat(engine.liveHandles().cachedResults()).isZero();
    assertThat(batch.int64("x").get(999)).isEqualTo(999);
    batch.close();
    result.close();
    engine.query(sql).close();
    engine.close();
    assertThatThrownBy(() -> engine.query(sql)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> engine.cache().statistics()).isInstanceOf(ClosedException.class);
  }

  @Test
  void aCacheIsUsedByThoseThatAskForIt() {
    try (Engine engine = open(CacheOptions.ofBytes(MEGABYTE))) {
      Counted counted = new Counted(engine);
      read(engine, "SELECT 1");
      counted.expect(0, 0, 0, 0);
      Query query = engine.sql("SELECT 1").cached();
      read(query.run());
      read(query.run());
      read(query.uncached().run());
      counted.expect(1, 1, 0, 0);
    }
    try (Engine engine = open();
        Session session = engine.session();
        Transaction transaction = engine.begin()) {
      Counted counted = new Counted(engine);
      read(engine.sql("SELECT 1").uncached().run());
      read(session.query("SELECT 1"));
      read(transaction.query("SELECT 1"));
      counted.expect(0, 0, 0, 0);
      Query own = session.sql("SELECT 1");
      assertThatThrownBy(own::cached).isInstanceOf(ConfigurationException.class).hasMessageContaining("no cache");
      read(own.uncached().run());
    }
    try (Engine engine = Engine.open()) {
      Query query = engine.sql("SELECT 1");
      assertThatThrownBy(query::cached).isInstanceOf(ConfigurationException.class);
      assertThatThrownBy(engine::cache).isInstanceOf(ConfigurationException.class);
    }
  }

  @Test
  void parametersDifferByTypeAndScaleAndContent() {
    try (Engine engine = open()) {
      Object[] different = {
        1, 1L, (short) 1, 1.0, 1.0f, "1", true, new BigDecimal("1"), new BigDecimal("1.0"), new byte[] {1}, 0.0, -0.0
      };
      Counted counted = new Counted(engine);
      for (int round = 0; round < 2; round++) {
        for (Object value : different) {
          assertThat(read(engine, "SELECT typeof($1), $1::VARCHAR", value)).isNotEmpty();
        }
      }
      counted.expect(different.length, different.length, 0, 0);
      byte[] mine = {7};
      String seven = read(engine, "SELECT $1", (Object) mine);
      mine[0] = 8;
      assertThat(read(engine, "SELECT $1", (Object) mine)).isNotEqualTo(seven);
      assertThat(read(engine, "SELECT $1", (Object) new byte[] {7})).isEqualTo(seven);
      counted.expect(1, 2, 0, 0);
      assertThat(read(engine.query("SELECT $a - $b AS x", Map.of("a", 3, "b", 1)))).contains("2");
      assertThat(read(engine.query("SELECT $a - $b AS x", Map.of("a", 1, "b", 3)))).contains("-2");
    }
  }

  @Test
  void nestedParametersDifferByTypeAndContent() {
    record Point(int x) {}
    Map<String, Integer> map = Map.of("x", 1);
    List<Supplier<Object>> different =
        List.of(
            () -> List.of(1),
            () -> List.of(1L),
            () -> new int[] {1},
            () -> new double[] {0.0},
            () -> new double[] {-0.0},
            () -> List.of(List.of(1)),
            () -> List.of(new byte[] {1}),
            () -> new Point(1),
            () -> SqlValue.map(map),
            () -> new Interval(1, 1, 1_000),
            () -> OffsetTime.of(1, 2, 3, 0, ZoneOffset.UTC),
            () -> SqlValue.of(DataType.Scalar.UTINYINT, 1),
            () -> SqlValue.of(DataType.Scalar.USMALLINT, 1));
    try (Engine engine = open()) {
      Counted counted = new Counted(engine);
      for (int round = 0; round < 2; round++) {
        for (Supplier<Object> value : different) {
          assertThat(read(engine, "SELECT typeof($1), $1::VARCHAR", value.get())).isNotEmpty();
        }
      }
      counted.expect(different.size(), different.size(), 0, 0);
      // What these become depends on more than themselves.
      Instant now = Instant.now();
      read(engine, "SELECT $1", SqlValue.of("INTEGER", 1));
      read(engine, "SELECT $1", SqlValue.of(DataType.Scalar.VARCHAR, now));
      read(
          engine,
          "SELECT $1",
          SqlValue.of(new DataType.TimestampTz(io.dataprism.schema.TimeUnit.MICROSECOND, "UTC"), now));
      counted.expect(0, 0, 3, 0);
      assertThat(bypassed(engine, BypassReason.PARAMETER)).isEqualTo(3);
    }
  }

  @Test
  void preparedStatementsAndFuturesAndPublishersUseTheCache() throws Exception {
    try (Engine engine = open();
        PreparedStatement statement = engine.prepare("SELECT $1 + 1 AS x")) {
      Counted counted = new Counted(engine);
      String two = read(statement.query(1));
      assertThat(read(statement.query(1))).isEqualTo(two);
      assertThat(read(engine, "SELECT $1 + 1 AS x", 1)).isEqualTo(two);
      assertThat(read(engine.queryAsync("SELECT $1 + 1 AS x", 1).get())).isEqualTo(two);
      CompletableFuture<Long> rows = new CompletableFuture<>();
      statement.with(1).publish().subscribe(new Counting(rows));
      assertThat(rows.get()).isEqualTo(1);
      Thread.ofVirtual().start(() -> assertThat(read(statement.query(1))).isEqualTo(two)).join();
      counted.expect(5, 1, 0, 0);
    }
  }

  @Test
  void aClosedStatementGivesNoKeptRows() {
    try (Engine engine = open()) {
      PreparedStatement statement = engine.prepare("SELECT $1 + 1 AS x");
      read(statement.query(1));
      statement.close();
      assertThatThrownBy(() -> statement.query(1)).isInstanceOf(ClosedException.class);
    }
  }

  private static final class Counting implements Flow.Subscriber<RecordBatch> {
    private final CompletableFuture<Long> rows;
    private long count;

    Counting(CompletableFuture<Long> rows) {
      this.rows = rows;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(RecordBatch batch) {
      count += batch.rowCount();
    }

    @Override
    public void onError(Throwable e) {
      rows.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      rows.complete(count);
    }
  }

  @Test
  void whatAQueryReadsInvalidatesItAndNothingElseDoes(@TempDir Path folder) {
    try (Engine engine = open()) {
      engine.execute(
          """
          CREATE TABLE a (x INT); CREATE TABLE b (x INT);
          CREATE VIEW va AS SELECT x FROM a; CREATE MACRO plus(y) AS y + (SELECT count(*) FROM a);
          CREATE TYPE mood AS ENUM ('sad');
          """);
      String sql = "SELECT plus(x) FROM va WHERE x::VARCHAR <> 'x'";
      read(engine, sql);
      Counted counted = new Counted(engine);
      for (String harmless :
          List.of(
              "INSERT INTO b VALUES (1)",
              "CREATE TABLE c (x INT)",
              "CREATE INDEX i ON b (x)",
              "BEGIN; INSERT INTO a VALUES (1); ROLLBACK",
              "COPY b TO '" + folder + "/b.csv'",
              "SET SESSION search_path = 'main'")) {
        engine.execute(harmless);
        read(engine, sql);
        counted.expect(1, 0, 0, 0);
      }
      for (String change :
          List.of(
              "INSERT INTO a VALUES (1)",
              "UPDATE main.a SET x = 2",
              "WITH i AS (INSERT INTO a VALUES (5) RETURNING x) SELECT * FROM i",
              "BEGIN; DELETE FROM a; COMMIT",
              "CREATE OR REPLACE VIEW va AS SELECT x + 1 AS x FROM a",
              "CREATE OR REPLACE MACRO plus(y) AS y + 100",
              "ALTER TABLE a ADD COLUMN y INT",
              "SET GLOBAL default_order = 'DESC'")) {
        engine.execute(change);
        String fresh = read(engine.sql(sql).uncached().run());
        assertThat(read(engine, sql)).as(change).isEqualTo(fresh);
        counted.expect(0, 1, 0, 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT random()",
        "SELECT now()",
        "SELECT current_date",
        "SELECT current_timestamp",
        "SELECT localtimestamp",
        "SELECT current_localtimestamp()",
        "SELECT age(TIMESTAMP '2000-01-01')",
        "SELECT today()",
        "SELECT uuid()",
        "SELECT gen_random_uuid()",
        "SELECT nextval('s')",
        "SELECT getvariable('x')",
        "SELECT current_setting('threads')",
        "SELECT current_schema",
        "SELECT user",
        "SELECT txid_current()",
        "SELECT * FROM t USING SAMPLE 1",
        "SELECT * FROM t TABLESAMPLE 10%",
        "SELECT '12:00'::TIME::TIMETZ",
        "SELECT drawn FROM g",
        "SELECT dice(6)",
        "SELECT * FROM vr",
        "SELECT list_transform([1], lambda x: random())",
        "SELECT x FROM t WHERE x IN (SELECT random())",
        "SELECT x FROM t ORDER BY random()",
        "SELECT sum(random()) OVER (ORDER BY x) FROM t",
        "FROM (VALUES (random()))",
        "SELECT reservoir_quantile(x, 0.5) FROM t",
        "SUMMARIZE SELECT random()",
      })
  void whatIsNotDeterministicIsNotKept(String sql) {
    try (Engine engine = open()) {
      engine.execute(
          """
          CREATE TABLE t (x INT); CREATE SEQUENCE s; CREATE TABLE g (x INT, drawn AS (random()));
          CREATE MACRO dice(n) AS ceil(random() * n); CREATE VIEW vr AS SELECT random() AS r;
          """);
      Counted counted = new Counted(engine);
      read(engine, sql);
      read(engine, sql);
      counted.expect(0, 0, 2, 0);
      assertThat(bypassed(engine, BypassReason.NON_DETERMINISTIC)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count(*) FROM duckdb_tables()",
        "SELECT count(*) FROM information_schema.tables",
        "SELECT count(*) FROM sqlite_master",
        "SELECT * FROM glob('*')",
        "SHOW TABLES",
        "DESCRIBE t",
        "SHOW t",
        "SUMMARIZE FROM duckdb_tables()",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('t')",
        "SELECT 1; SELECT 2",
        "FROM pragma_version()",
        "WITH i AS (INSERT INTO t VALUES (1) RETURNING x) SELECT * FROM i",
        "INSERT INTO t VALUES (1) RETURNING x",
        "EXPLAIN SELECT 1",
      })
  void whatCannotBeFollowedIsNotKept(String sql) {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t (x INT)");
      Counted counted = new Counted(engine);
      read(engine, sql);
      read(engine, sql);
      counted.expect(0, 0, 2, 0);
      assertThat(engine.cache().statistics().entries()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT x FROM t WHERE x BETWEEN 1 AND 2 OR x IN (1, 2) GROUP BY ALL HAVING count(*) > 0 ORDER BY 1 LIMIT 3",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
        "SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}, [1][1], CASE WHEN true THEN 1 END",
        "SELECT sum(x) FILTER (WHERE x > 0), string_agg(x::VARCHAR, ',' ORDER BY x) FROM t",
        "SELECT x, row_number() OVER (PARTITION BY x ORDER BY x) FROM t QUALIFY row_number() OVER () = 1",
        "FROM (PIVOT t ON x IN (1, 2) USING count(*))",
        "SELECT * EXCLUDE (x), COLUMNS('x') FROM t",
        "SELECT * FROM range(3) UNION ALL SELECT unnest([1, 2])",
        "SELECT nullif(x, 1), ifnull(x, 2), split_part('a-b', '-', 1), list_sum([1, 2]) FROM t",
        "SELECT DATE '2020-01-01' + INTERVAL 3 DAY, 'sad'::mood, age(DATE '2020-01-01', DATE '2019-01-01')",
        "SELECT a.x FROM t a ASOF JOIN t b ON a.x >= b.x",
        "SELECT (SELECT max(x) FROM t), EXISTS (FROM t)",
        "FROM VALUES (1) AS v(a)",
        "SELECT x, GROUPING(x), count(*) FROM t GROUP BY ROLLUP (x)",
        "SELECT DISTINCT ON (x) x FROM t ORDER BY x::VARCHAR COLLATE NOCASE NULLS LAST",
        "SELECT TRY_CAST('a' AS DECIMAL(3, 1)), TRY(1 / 0)",
        "  -- a comment\n SELECT 1",
        "SUMMARIZE t",
        "SUMMARIZE 't'",
        "SUMMARIZE SELECT x + 1 AS y FROM t",
        "SELECT column_name, max FROM (SUMMARIZE FROM t)",
      })
  void whatIsSafeIsKept(String sql) {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t (x INT); INSERT INTO t VALUES (1), (2); CREATE TYPE mood AS ENUM ('sad')");
      Counted counted = new Counted(engine);
      String first = read(engine, sql);
      assertThat(engine.cache().statistics().bypasses().values()).as(sql).allMatch(count -> count == 0);
      assertThat(read(engine, sql)).isEqualTo(first);
      counted.expect(1, 1, 0, 0);
    }
  }

  @Test
  void triggersAndFunctionsThatRunStatementsEndAllKeeping() {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE a (x INT); CREATE TABLE b (x INT)");
      read(engine, "SELECT count(*) FROM b");
      engine.execute("CREATE TRIGGER tr AFTER INSERT ON a FOR EACH STATEMENT INSERT INTO b VALUES (1)");
      String before = read(engine, "SELECT count(*) FROM b");
      engine.execute("INSERT INTO a VALUES (1)");
      assertThat(read(engine, "SELECT count(*) FROM b")).isNotEqualTo(before);
      assertThat(bypassed(engine, BypassReason.HIDDEN_WRITES)).isEqualTo(2);
      engine.execute("DROP TRIGGER tr ON a");
      Counted counted = new Counted(engine);
      read(engine, "SELECT count(*) FROM b");
      read(engine, "SELECT count(*) FROM b");
      counted.expect(1, 1, 0, 0);
    }
  }

  @Test
  void statisticsOfATableAreKeptUntilItOrWhatComputesThemChanges() {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t AS SELECT range AS x FROM range(10); CREATE VIEW v AS FROM t");
      String sql = "SUMMARIZE v";
      String before = read(engine, sql);
      Counted counted = new Counted(engine);
      assertThat(read(engine, sql)).isEqualTo(before);
      counted.expect(1, 0, 0, 0);
      engine.execute("INSERT INTO t VALUES (100)");
      assertThat(read(engine, sql)).isNotEqualTo(before).contains("100");
      counted.expect(0, 1, 0, 1);
      engine.execute("CREATE MACRO stddev(x) AS 'mine'");
      assertThat(read(engine, sql)).isEqualTo(read(engine.sql(sql).uncached().run()));
      counted.expect(0, 1, 0, 1);
    }
  }

  @Test
  void countsOfTheCatalogAreKept() {
    try (Engine engine = open(CacheOptions.ofBytes(MEGABYTE))) {
      engine.execute("CREATE TABLE t AS SELECT range AS x FROM range(10); CREATE VIEW v AS FROM t WHERE x > 4");
      TableName v = engine.catalog().resolve("v");
      Counted counted = new Counted(engine);
      assertThat(engine.catalog().countRows(v)).isEqualTo(5);
      assertThat(engine.catalog().countRows(v)).isEqualTo(5);
      counted.expect(1, 1, 0, 0);
      engine.execute("DELETE FROM t WHERE x = 7");
      assertThat(engine.catalog().countRows(v)).isEqualTo(4);
      counted.expect(0, 1, 0, 1);
    }
  }

  @Test
  void temporaryTablesOfASessionAreNotMistakenForOthers() {
    try (Engine engine = open();
        Session session = engine.session()) {
      engine.execute("CREATE TABLE t AS SELECT 1 AS x");
      String shared = read(engine, "SELECT x FROM t");
      session.execute("CREATE TEMP TABLE t AS SELECT 2 AS x");
      assertThat(read(session.query("SELECT x FROM t"))).isNotEqualTo(shared);
      assertThat(read(engine, "SELECT x FROM t")).isEqualTo(shared);
    }
  }

  @Test
  void aNameInAnotherSchemaCountsAsWell() {
    try (Engine engine = open()) {
      engine.execute("CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS x; CREATE VIEW s.v AS SELECT * FROM s.t");
      String one = read(engine, "SELECT x FROM s.v");
      engine.execute("UPDATE s.t SET x = 2");
      assertThat(read(engine, "SELECT x FROM s.v")).isNotEqualTo(one);
      engine.execute("CREATE TABLE \"T \"\"q\"\".x\" AS SELECT 1 AS x");
      String quoted = read(engine, "SELECT x FROM \"t \"\"Q\"\".x\"");
      engine.execute("CREATE TABLE \"Ärger\" AS SELECT 1 AS x");
      String umlaut = read(engine, "SELECT x FROM \"ÄRGER\"");
      engine.execute("UPDATE \"Ärger\" SET x = 2");
      assertThat(read(engine, "SELECT x FROM \"ÄRGER\"")).isNotEqualTo(umlaut);
      engine.execute("UPDATE \"T \"\"q\"\".X\" SET x = 3");
      assertThat(read(engine, "SELECT x FROM \"t \"\"Q\"\".x\"")).isNotEqualTo(quoted);
    }
  }

  @Test
  void theNameOfAWithClauseDoesNotHideTheTableBesideIt() {
    try (Engine engine = open()) {
      engine.execute("CREATE TABLE t AS SELECT 1 AS x");
      String sql = "SELECT t.x, u.y FROM t, (WITH t AS (SELECT 5 AS y) SELECT y FROM t) u";
      String before = read(engine, sql);
      engine.execute("UPDATE t SET x = 2");
      assertThat(read(engine, sql)).isNotEqualTo(before);
    }
  }

  @Test
  void filesAreLookedAtEachTime(@TempDir Path folder) throws Exception {
    try (Engine engine = open()) {
      Path file = folder.resolve("a.csv");
      Files.writeString(file, "x\n1\n");
      for (String sql :
          List.of(
              "SELECT sum(x) FROM '" + file + "'",
              "SELECT sum(x) FROM read_csv('" + folder + "/*.csv')",
              "SELECT sum(x) FROM read_csv(['" + file + "'], header = true)")) {
        Files.writeString(file, "x\n1\n");
        String one = readUntilKept(engine, sql);
        assertThat(read(engine, sql)).isEqualTo(one);
        Files.writeString(file, "x\n7\n");
        assertThat(read(engine, sql)).as("another write of the same length").isNotEqualTo(one);
        String seven = readUntilKept(engine, sql);
        assertThat(seven).contains("7");
      }
      String all = "SELECT sum(x) FROM read_csv('" + folder + "/*.csv')";
      String seven = readUntilKept(engine, all);
      Files.writeString(folder.resolve("b.csv"), "x\n1\n");
      assertThat(read(engine, all)).isNotEqualTo(seven);
      Files.delete(folder.resolve("b.csv"));
      Files.delete(file);
      assertThatThrownBy(() -> engine.query(all)).isInstanceOf(DataPrismException.class);
      assertThat(bypassed(engine, BypassReason.RECENTLY_WRITTEN_FILE)).isPositive();
    }
  }

  /// Reads until the files have been left alone for long enough.
  private static String readUntilKept(Engine engine, String sql) throws InterruptedException {
    long hits = engine.cache().statistics().hits();
    String rows = read(engine, sql);
    while (engine.cache().statistics().hits() == hits) {
      TimeUnit.MILLISECONDS.sleep(10);
      rows = read(engine, sql);
    }
    return rows;
  }

  @Test
  void filesThatAreNotThereForSureAreNotKept(@TempDir Path folder) throws Exception {
    try (Engine engine = open()) {
      Files.writeString(folder.resolve("a.csv"), "x\n1\n");
      Counted counted = new Counted(engine);
      read(engine, "SELECT * FROM read_csv($1)", folder.resolve("a.csv").toString());
      assertThat(bypassed(engine, BypassReason.FILE)).isEqualTo(1);
      assertThatThrownBy(() -> engine.query("FROM '" + folder + "/none.csv'")).isInstanceOf(DataPrismException.class);
      assertThat(bypassed(engine, BypassReason.FILE)).isEqualTo(2);
      engine.execute("SET GLOBAL file_search_path = '" + folder + "'");
      read(engine, "FROM 'a.csv'");
      assertThat(bypassed(engine, BypassReason.FILE)).isEqualTo(3);
      counted.expect(0, 0, 3, 0);
    }
  }

  @Test
  void theBytesAreBoundedAndWhatGoesIsCounted() {
    CacheOptions options = CacheOptions.ofBytes(MEGABYTE).forAllQueries();
    try (Engine engine = open(options)) {
      for (int i = 0; i < 50; i++) {
        read(engine, "SELECT range + " + i + " AS x FROM range(10000)");
        CacheStatistics now = engine.cache().statistics();
        assertThat(now.bytes()).isLessThanOrEqualTo(MEGABYTE);
        assertThat(now.entries()).isEqualTo(engine.liveHandles().cachedResults());
        assertThat(now.entries() + now.evictions()).isEqualTo(i + 1);
        assertThat(now.bytes()).isBetween(now.entries() * 80_000, now.entries() * 90_000);
      }
      assertThat(engine.cache().statistics().evictions()).isGreaterThan(30);
    }
  }

  @Test
  void whatIsTooLargeIsRefusedAndLeavesTheRest() {
    CacheOptions options = CacheOptions.ofBytes(MEGABYTE).withMaxEntryBytes(100_000).forAllQueries();
    try (Engine engine = open(options)) {
      read(engine, "SELECT 1 AS x");
      Counted counted = new Counted(engine);
      LongUnaryOperator sum =
          rows -> {
            long total = 0;
            try (QueryResult result = engine.query("SELECT range AS x FROM range(" + rows + ")")) {
              for (RecordBatch batch : result) {
                for (long row = 0; row < batch.rowCount(); row++) {
                  total += batch.int64("x").get(row);
                }
              }
            }
            return total;
          };
      assertThat(sum.applyAsLong(100_000)).isEqualTo(4_999_950_000L);
      assertThat(sum.applyAsLong(100_000)).isEqualTo(4_999_950_000L);
      counted.expect(0, 2, 0, 0);
      CacheStatistics now = engine.cache().statistics();
      assertThat(List.of(now.refused(), now.entries(), now.evictions())).isEqualTo(List.of(2L, 1L, 0L));
      read(engine, "SELECT 1 AS x");
      counted.expect(1, 0, 0, 0);
    }
    assertThatThrownBy(() -> CacheOptions.ofBytes(0)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> options.withMaxEntryBytes(2 * MEGABYTE)).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void aQueryThatFailsKeepsNothing() {
    try (Engine engine = open()) {
      String sql = "SELECT CASE WHEN range < 50000 THEN range ELSE error('no') END FROM range(60000)";
      assertThatThrownBy(() -> read(engine, sql)).isInstanceOf(DataPrismException.class);
      assertThatThrownBy(() -> read(engine, "SELEC 1")).isInstanceOf(DataPrismException.class);
      assertThatThrownBy(() -> read(engine, "SELECT * FROM nowhere")).isInstanceOf(DataPrismException.class);
      assertThat(engine.cache().statistics().entries()).isZero();
    }
  }

  @Test
  void manyWhoAskAtOnceComputeOnce() throws Exception {
    try (Engine engine = open()) {
      String sql = "SELECT count(*) AS n FROM range(30000000) WHERE hash(range) % 7 = 1";
      List<CompletableFuture<QueryResult>> asked = new ArrayList<>();
      CountDownLatch ready = new CountDownLatch(1);
      for (int i = 0; i < 4; i++) {
        asked.add(
            CompletableFuture.supplyAsync(
                () -> {
                  await(ready);
                  return engine.query(sql);
                },
                task -> Thread.ofPlatform().start(task)));
      }
      ready.countDown();
      for (CompletableFuture<QueryResult> each : asked) {
        read(each.get());
      }
      CacheStatistics now = engine.cache().statistics();
      assertThat(List.of(now.misses(), now.hits())).isEqualTo(List.of(1L, 3L));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoWaitsForAnothersQueryCanBeStoppedAndSoCanTheOther() throws Exception {
    try (Engine engine = open()) {
      String endless = "SELECT count(*) AS n FROM range(1000000000000000)";
      CompletableFuture<QueryResult> first = engine.queryAsync(endless);
      while (engine.cache().statistics().misses() == 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> engine.sql(endless).timeLimit(Duration.ofMillis(50)).run())
          .isInstanceOf(TimeLimitException.class);
      assertThat(engine.cache().statistics().misses()).as("the second one waited").isEqualTo(1);
      CompletableFuture<QueryResult> third = engine.sql(endless).timeLimit(Duration.ofMillis(500)).runAsync();
      first.cancel(true);
      assertThatThrownBy(third::get).hasCauseInstanceOf(TimeLimitException.class);
      assertThat(engine.cache().statistics().entries()).isZero();
    }
  }

  @Test
  void whoWaitsForAnothersQueryHoldsNoWorker() throws Exception {
    try (Engine engine = Engine.builder().workers(2).cache(CacheOptions.ofBytes(MEGABYTE).forAllQueries()).open()) {
      String endless = "SELECT count(*) AS n FROM range(1000000000000000)";
      CompletableFuture<QueryResult> first = engine.queryAsync(endless);
      while (engine.cache().statistics().misses() == 0) {
        Thread.onSpinWait();
      }
      CompletableFuture<QueryResult> second = engine.queryAsync(endless);
      FutureTask<QueryResult> third = new FutureTask<>(() -> engine.query(endless));
      Thread waiting = Thread.ofVirtual().start(third);
      while (waiting.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(engine.sql("SELECT 42 AS n").uncached().runAsync().thenApply(CacheTest::read))
          .succeedsWithin(Duration.ofMinutes(1))
          .asString()
          .contains("42");
      while (engine.status().workersBusy() != 1) {
        Thread.onSpinWait();
      }
      assertThat(engine.cache().statistics().misses()).as("nobody computes it a second time").isEqualTo(1);
      third.cancel(true);
      waiting.join();
      second.cancel(true);
      first.cancel(true);
    }
  }

  @Test
  void plansAndAnalysesAreCounted() {
    try (Engine engine = open();
        Session session = engine.session();
        PreparedStatement statement = session.prepare("SELECT 1")) {
      for (int i = 0; i < 5; i++) {
        read(statement.query());
      }
      CacheStatistics now = engine.cache().statistics();
      assertThat(now.plans()).isEqualTo(new CacheStatistics.Kept(4, 1));
      engine.execute("CREATE TABLE t (x INT)");
      try (PreparedStatement reader = session.prepare("FROM t")) {
        for (int i = 0; i < 5; i++) {
          read(reader.query());
        }
      }
      try (PreparedStatement open = session.prepare("SELECT $1")) {
        for (int i = 0; i < 5; i++) {
          read(open.query(i));
        }
      }
      assertThat(engine.cache().statistics().plans())
          .as("DuckDB plans these for each run")
          .isEqualTo(new CacheStatistics.Kept(4, 11));
      assertThat(now.analyses()).isEqualTo(new CacheStatistics.Kept(0, 0));
      read(engine, "SELECT $1 AS x", 1);
      read(engine, "SELECT $1 AS x", 2);
      assertThat(engine.cache().statistics().analyses()).isEqualTo(new CacheStatistics.Kept(1, 1));
    }
  }
}
