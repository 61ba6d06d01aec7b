package io.dataprism.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  private static final TableName T = new TableName("memory", "main", "t");

  @TempDir Path directory;
  private Engine engine;
  private Catalog catalog;

  @BeforeEach
  void open() {
    engine = Engine.open();
    catalog = engine.catalog();
  }

  @AfterEach
  void nothingOfTheCatalogIsLeftOpen() {
    assertThat(engine.liveHandles().total()).isEqualTo(1);
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aNewDatabaseHasASchemaAndNothingElse() {
    assertThat(catalog.databases())
        .containsExactly(new DatabaseInfo("memory", Optional.empty(), "duckdb", false, false));
    assertThat(catalog.schemas()).containsExactly(new SchemaInfo("memory", List.of("main")));
    assertThat(catalog.tables()).isEmpty();
    assertThat(catalog.views()).isEmpty();
  }

  @Test
  void aTableTellsWhatItWasMadeOf() {
    engine.execute("CREATE TABLE t (a INTEGER, b DECIMAL(9, 2))");
    engine.execute("INSERT INTO t SELECT range, range FROM range(1000)");
    engine.execute("COMMENT ON TABLE t IS 'a table'");
    assertThat(catalog.tables())
        .containsExactly(
            new TableInfo(
                T, false, 2, Optional.of(1000L), Optional.of("a table"), "CREATE TABLE t(a INTEGER, b DECIMAL(9,2));"))
        .containsExactly(catalog.table(T));
  }

  @Test
  void anEstimateStaysWhereItWasWhenRowsAreDeletedAndACountDoesNot() {
    engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
    engine.execute("DELETE FROM t WHERE n < 400");
    assertThat(catalog.table(T).estimatedRows()).hasValue(1000L);
    assertThat(catalog.countRows(T)).isEqualTo(600);
  }

  @Test
  void columnsComeInTheirOrderWithAllThatDuckDbKnows() {
    engine.execute(
        """
        CREATE TABLE t (
          z INTEGER,
          "B b" VARCHAR NOT NULL DEFAULT 'it''s',
          a INTEGER,
          s STRUCT(x INTEGER, y VARCHAR[]),
          g INTEGER GENERATED ALWAYS AS (a + 1),
          PRIMARY KEY (a, z)
        )
        """);
    engine.execute("COMMENT ON COLUMN t.a IS 'first letter'");
    Optional<String> none = Optional.empty();
    assertThat(catalog.columns(T))
        .containsExactly(
            new ColumnInfo("z", 1, "INTEGER", false, true, none, none, none),
            new ColumnInfo("B b", 2, "VARCHAR", false, false, Optional.of("'it''s'"), none, none),
            new ColumnInfo("a", 3, "INTEGER", false, true, none, none, Optional.of("first letter")),
            new ColumnInfo("s", 4, "STRUCT(x INTEGER, y VARCHAR[])", true, false, none, none, none),
            new ColumnInfo("g", 5, "INTEGER", true, false, none, Optional.of("CAST((a + 1) AS INTEGER)"), none));
  }

  @Test
  void constraintsAndIndexesAreListed() {
    engine.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, c DOUBLE CHECK (c > 0), d INTEGER UNIQUE)");
    engine.execute("CREATE TABLE u (x INTEGER REFERENCES t(a))");
    engine.execute("CREATE INDEX by_c ON t(c)");
    assertThat(catalog.constraints(T))
        .extracting(ConstraintInfo::kind, ConstraintInfo::columns, ConstraintInfo::sql)
        .contains(
            tuple("PRIMARY KEY", List.of("a"), "PRIMARY KEY(a)"),
            tuple("CHECK", List.of("c"), "CHECK((c > 0))"),
            tuple("UNIQUE", List.of("d"), "UNIQUE(d)"));
    assertThat(catalog.constraints(catalog.resolve("u")))
        .singleElement()
        .satisfies(foreign -> {
          assertThat(foreign.kind()).isEqualTo("FOREIGN KEY");
          assertThat(foreign.columns()).containsExactly("x");
          assertThat(foreign.referencedTable()).hasValue("t");
          assertThat(foreign.referencedColumns()).containsExactly("a");
        });
    assertThat(catalog.indexes(T))
        .containsExactly(new IndexInfo("by_c", false, Optional.empty(), "CREATE INDEX by_c ON t(c);"));
  }

  @Test
  void viewsHaveColumnsAndACountAndNoStorage() {
    engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)");
    engine.execute("CREATE VIEW v AS SELECT n, n * 2 AS double FROM t WHERE n < 5");
    engine.execute("COMMENT ON VIEW v IS 'some'");
    TableName v = catalog.resolve("v");
    assertThat(catalog.views())
        .containsExactly(
            new ViewInfo(
                v,
                false,
                Optional.of("some"),
                "CREATE VIEW v AS SELECT n, (n * 2) AS \"double\" FROM t WHERE (n < 5);"));
    assertThat(catalog.columns(v)).extracting(ColumnInfo::name).containsExactly("n", "double");
    assertThat(catalog.countRows(v)).isEqualTo(5);
    assertThat(catalog.constraints(v)).isEmpty();
    assertThat(catalog.indexes(v)).isEmpty();
    assertThatThrownBy(() -> catalog.table(v)).isInstanceOf(CatalogException.class).hasMessageContaining("is a view");
    assertThatThrownBy(() -> catalog.storage(v)).isInstanceOf(CatalogException.class);
  }

  @Test
  void aViewWhoseTableIsGoneIsListedAllTheSame() {
    engine.execute("CREATE TABLE t AS SELECT 1 AS n; CREATE VIEW v AS FROM t; DROP TABLE t");
    assertThat(catalog.views()).hasSize(1);
    assertThat(catalog.columns(catalog.resolve("v"))).extracting(ColumnInfo::name).containsExactly("n");
    assertThatThrownBy(() -> catalog.countRows(catalog.resolve("v"))).isInstanceOf(CatalogException.class);
  }

  @Test
  void typesAreThoseThatWereCreated() {
    assertThat(catalog.types()).isEmpty();
    engine.execute(
        """
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'a "b"');
        CREATE SCHEMA s; CREATE TYPE s.point AS STRUCT(x INTEGER, y INTEGER);
        CREATE TYPE kilometres AS DOUBLE; COMMENT ON TYPE kilometres IS 'as the crow flies';
        ATTACH ':memory:' AS other; CREATE TYPE other.mood AS ENUM ('good');
        """);
    assertThat(catalog.types())
        .containsExactly(
            new TypeInfo(
                "memory", List.of("main"), "kilometres", false, "double", List.of(), Optional.of("as the crow flies")),
            new TypeInfo(
                "memory", List.of("main"), "mood", false, "enum", List.of("sad", "ok", "a \"b\""), Optional.empty()),
            new TypeInfo("memory", List.of("s"), "point", false, "struct", List.of(), Optional.empty()),
            new TypeInfo("other", List.of("main"), "mood", false, "enum", List.of("good"), Optional.empty()));
    try (Session session = engine.session()) {
      session.execute("CREATE TEMP TYPE passing AS ENUM ('x')");
      assertThat(session.catalog().types())
          .filteredOn(TypeInfo::temporary)
          .extracting(TypeInfo::name)
          .containsExactly("passing");
    }
    assertThat(catalog.types()).hasSize(4);
    engine.execute("DETACH other");
  }

  @Test
  void namesMayHoldAnything() {
    String database = "My \"File\"; DROP";
    String schema = "S.x";
    String table = "Ta'b\"le --";
    engine.execute("ATTACH '" + directory.resolve("odd.db") + "' AS \"My \"\"File\"\"; DROP\"");
    engine.execute("CREATE SCHEMA \"My \"\"File\"\"; DROP\".\"S.x\"");
    TableName name = new TableName(database, schema, table);
    assertThat(name.sql()).isEqualTo("\"My \"\"File\"\"; DROP\".\"S.x\".\"Ta'b\"\"le --\"");
    engine.execute("CREATE TABLE " + name.sql() + " AS SELECT range AS \"select\" FROM range(3)");
    assertThat(catalog.tables()).extracting(TableInfo::name).containsExactly(name);
    assertThat(catalog.table(name).name()).isEqualTo(name);
    assertThat(catalog.columns(name)).extracting(ColumnInfo::name).containsExactly("select");
    assertThat(catalog.countRows(name)).isEqualTo(3);
    assertThat(catalog.storage(name)).extracting(ColumnStorage::column).containsExactly("select");
    assertThat(catalog.storage(database)).isPresent();
  }

  @Test
  void caseDoesNotMatterWhereNoNameHasTheSame() {
    engine.execute("CREATE TABLE Flights AS SELECT 1 AS n");
    TableName name = new TableName("memory", "main", "Flights");
    assertThat(catalog.resolve("FLIGHTS")).isEqualTo(name);
    assertThat(catalog.table(new TableName("MEMORY", "Main", "flights")).name()).isEqualTo(name);
    assertThat(catalog.columns(new TableName("MEMORY", "Main", "flights"))).hasSize(1);

    // DuckDB ignores the case of ASCII letters only.
    engine.execute("CREATE TABLE \"Ä\" AS SELECT 1 AS capital; CREATE TABLE \"ä\" AS SELECT 1 AS small");
    assertThat(catalog.columns(catalog.resolve("Ä"))).extracting(ColumnInfo::name).containsExactly("capital");
    assertThat(catalog.columns(catalog.resolve("ä"))).extracting(ColumnInfo::name).containsExactly("small");
  }

  @Test
  void tablesOfTheSameNameAreKeptApart() {
    engine.execute("ATTACH '" + directory.resolve("other.db") + "' AS other");
    engine.execute("CREATE SCHEMA s; CREATE SCHEMA s.deep");
    engine.execute("CREATE TABLE t AS SELECT 1 AS in_main");
    engine.execute("CREATE TABLE s.t AS SELECT 1 AS in_s FROM range(2)");
    engine.execute("CREATE TABLE memory.s.deep.t AS SELECT 1 AS in_deep FROM range(3)");
    engine.execute("CREATE TABLE other.t AS SELECT 1 AS in_other FROM range(4)");
    TableName deep = new TableName("memory", List.of("s", "deep"), "t");
    List<TableName> names = List.of(T, new TableName("memory", "s", "t"), deep, new TableName("other", "main", "t"));
    assertThat(catalog.schemas())
        .extracting(SchemaInfo::database, SchemaInfo::path)
        .containsExactly(
            tuple("memory", List.of("main")),
            tuple("memory", List.of("s")),
            tuple("memory", List.of("s", "deep")),
            tuple("other", List.of("main")));
    assertThat(catalog.tables()).extracting(TableInfo::name).containsExactlyElementsOf(names);
    assertThat(names)
        .extracting(name -> catalog.columns(name).getFirst().name())
        .containsExactly("in_main", "in_s", "in_deep", "in_other");
    assertThat(names).extracting(catalog::countRows).containsExactly(1L, 2L, 3L, 4L);
    assertThat(deep).hasToString("memory.s.deep.t");
    assertThat(deep.schema()).isEqualTo("deep");
  }

  @Test
  void temporaryTablesAreTheirSessionsOwn() {
    engine.execute("CREATE TABLE t AS SELECT 1 AS permanent");
    try (Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE t AS SELECT 1 AS passing; CREATE TEMP VIEW v AS FROM t");
      Catalog own = session.catalog();
      TableName temporary = own.resolve("t");
      assertThat(temporary).isEqualTo(new TableName("temp", "main", "t"));
      assertThat(own.table(temporary).temporary()).isTrue();
      assertThat(own.columns(temporary)).extracting(ColumnInfo::name).containsExactly("passing");
      assertThat(own.countRows(temporary)).isEqualTo(1);
      assertThat(own.storage(temporary)).hasSize(1);
      assertThat(own.views()).singleElement().satisfies(view -> assertThat(view.temporary()).isTrue());
      assertThat(own.tables()).hasSize(2);
      assertThat(catalog.tables()).extracting(TableInfo::name).containsExactly(T);
      assertThat(catalog.resolve("t")).isEqualTo(T);
    }
  }

  @Test
  void aSessionSeesItsTransactionAndItsCurrentSchema() {
    try (Session session = engine.session()) {
      session.execute("CREATE SCHEMA s; USE memory.s; BEGIN; CREATE TABLE later (n INTEGER)");
      assertThat(session.catalog().resolve("later")).isEqualTo(new TableName("memory", "s", "later"));
      assertThat(catalog.tables()).isEmpty();
      session.execute("COMMIT");
      assertThat(catalog.tables()).hasSize(1);
    }
  }

  @Test
  void aSessionThatRunsAStatementIsBusy() {
    try (Session session = engine.session()) {
      Catalog own = session.catalog();
      try (QueryResult result = session.query("FROM range(1000000)")) {
        result.next();
        assertThatThrownBy(own::tables).isInstanceOf(BusyException.class);
      }
      assertThat(own.tables()).isEmpty();
    }
  }

  @Test
  void aMissingTableNamesTheOneThatIsMeant() {
    engine.execute("CREATE TABLE flights (origin VARCHAR); CREATE SCHEMA s; CREATE TABLE s.airports (code VARCHAR)");
    CatalogException e = catchThrowableOfType(CatalogException.class, () -> catalog.resolve("flihgts"));
    assertThat(e.code()).isEqualTo(ErrorCode.CATALOG);
    assertThat(e).hasMessageContaining("there is no table or view 'memory.main.flihgts'");
    assertThat(e.hint()).hasValue("did you mean 'flights'?");
    CatalogException elsewhere = catchThrowableOfType(CatalogException.class, () -> catalog.resolve("airports"));
    assertThat(elsewhere.hint()).hasValue("there is memory.s.airports");
    TableName missing = new TableName("memory", "main", "zzz");
    assertThatThrownBy(() -> catalog.table(missing)).isInstanceOf(CatalogException.class);
    assertThatThrownBy(() -> catalog.columns(missing)).isInstanceOf(CatalogException.class);
    assertThatThrownBy(() -> catalog.constraints(missing)).isInstanceOf(CatalogException.class);
    assertThatThrownBy(() -> catalog.indexes(missing)).isInstanceOf(CatalogException.class);
    assertThatThrownBy(() -> catalog.countRows(missing)).isInstanceOf(CatalogException.class);
    assertThatThrownBy(() -> catalog.storage(missing))
        .isInstanceOf(CatalogException.class)
        .hasMessageContaining("the tables and views are 'flights', 'airports'");
  }

  @Test
  void aMissingDatabaseNamesTheOneThatIsMeant() {
    assertThatThrownBy(() -> catalog.storage("memroy"))
        .isInstanceOf(CatalogException.class)
        .hasMessageContaining("did you mean 'memory'?");
  }

  @Test
  void theStorageOfAFileIsKnown() {
    try (Engine file = Engine.open(directory.resolve("stored.db"))) {
      file.execute("CREATE TABLE t AS SELECT range AS n, 7 AS same, 'text ' || hash(range) AS s FROM range(300000)");
      file.execute("CHECKPOINT");
      Catalog stored = file.catalog();
      List<ColumnStorage> columns = stored.storage(stored.resolve("t"));
      assertThat(columns).extracting(ColumnStorage::column).containsExactly("n", "same", "s");
      assertThat(columns)
          .allSatisfy(column -> {
            assertThat(column.rowGroups()).as("300,000 rows in groups of 122,880").isEqualTo(3);
            assertThat(column.persistentSegments()).isEqualTo(column.segments());
            assertThat(column.compression().values().stream().mapToLong(n -> n).sum()).isEqualTo(column.segments());
          });
      assertThat(columns.getFirst().compression()).isEqualTo(Map.of("BitPacking", 3L, "Constant", 3L));
      assertThat(columns.get(0).blocks()).hasValue(1L);
      assertThat(columns.get(1).blocks()).as("what is constant needs no block").hasValue(0L);
      assertThat(columns.get(2).blocks()).hasValueSatisfying(blocks -> assertThat(blocks).isGreaterThan(1));

      DatabaseStorage database = stored.storage("stored").orElseThrow();
      assertThat(database.blockSize()).isEqualTo(262_144);
      assertThat(database.usedBlocks()).isGreaterThan(columns.get(2).blocks().orElseThrow());
      assertThat(database.totalBlocks()).isEqualTo(database.usedBlocks() + database.freeBlocks());
      assertThat(database.usedBytes()).isEqualTo(database.usedBlocks() * 262_144);
      assertThat(database.walSize()).isEqualTo("0 bytes");

      file.execute("INSERT INTO t SELECT range, 7, 'new' FROM range(10)");
      ColumnStorage n = stored.storage(stored.resolve("T")).getFirst();
      assertThat(n.persistentSegments()).as("what came after the checkpoint is in memory").isLessThan(n.segments());
      assertThat(n.blocks()).hasValue(1L);
      assertThat(stored.storage("stored").orElseThrow().walSize()).isNotEqualTo("0 bytes");
      assertThat(stored.databases())
          .singleElement()
          .satisfies(info -> assertThat(info.path()).hasValue(directory.resolve("stored.db").toString()));
    }
  }

  @Test
  void theStorageOfMemoryHasNoBlocks() {
    engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
    assertThat(catalog.storage(T))
        .singleElement()
        .satisfies(column -> {
          assertThat(column.persistentSegments()).isZero();
          assertThat(column.segments()).isPositive();
          assertThat(column.compression()).containsOnlyKeys("Uncompressed");
          assertThat(column.blocks()).isEmpty();
        });
    assertThat(catalog.storage("memory")).isEmpty();
    engine.execute("CREATE TABLE empty (n INTEGER)");
    assertThat(catalog.storage(catalog.resolve("empty"))).isEmpty();
  }

  @Test
  void anAttachedFileIsListedAsItWasAttached() {
    Path path = directory.resolve("attached.db");
    try (Engine writer = Engine.open(path)) {
      writer.execute("CREATE TABLE t AS SELECT 42 AS n");
    }
    engine.execute("ATTACH '" + path + "' AS attached (READ_ONLY)");
    assertThat(catalog.databases())
        .contains(new DatabaseInfo("attached", Optional.of(path.toString()), "duckdb", true, false));
    assertThat(catalog.countRows(new TableName("attached", "main", "t"))).isEqualTo(1);
    assertThatThrownBy(() -> engine.execute("ATTACH ':memory:' AS ATTACHED"))
        .as("names of databases differ by more than case")
        .isInstanceOf(DataPrismException.class);
    engine.execute("DETACH attached");
    assertThat(catalog.databases()).hasSize(1);
  }

  @Test
  void threadsMayAskAtOnce() throws Exception {
    engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
    try (var pool = Executors.newFixedThreadPool(4)) {
      for (var count : pool.invokeAll(Collections.nCopies(32, () -> catalog.countRows(catalog.resolve("t"))))) {
        assertThat(count.get()).isEqualTo(1000L);
      }
    }
  }

  @Test
  void aClosedEngineHasNoCatalog() {
    Catalog closed;
    try (Engine own = Engine.open()) {
      closed = own.catalog();
    }
    assertThatThrownBy(closed::tables).isInstanceOf(ClosedException.class);
  }

  @Test
  void aNameWithoutASchemaIsNone() {
    assertThatThrownBy(() -> new TableName("memory", List.of(), "t")).isInstanceOf(InvalidInputException.class);
  }
}
