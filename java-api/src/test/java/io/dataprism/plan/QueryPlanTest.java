package io.dataprism.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.SyntaxException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryPlanTest {
  private static final String COUNTS =
      "SELECT b.name, count(*) FROM t JOIN b USING (g) WHERE n > ? GROUP BY b.name ORDER BY ALL";

  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open();
    engine.execute("CREATE TABLE t AS SELECT range AS n, range % 7 AS g FROM range(10000)");
    engine.execute("CREATE TABLE b AS SELECT range AS g, 'name ' || range AS name FROM range(7)");
  }

  @AfterEach
  void nothingOfThePlansIsLeftOpen() {
    assertThat(engine.liveHandles().total()).isEqualTo(1);
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private long rows(String table) {
    return engine.catalog().countRows(engine.catalog().resolve(table));
  }

  @Test
  void aPlanIsATreeOfOperators() {
    QueryPlan plan = engine.explain(COUNTS, 10);
    PlanNode root = plan.root().orElseThrow();
    assertThat(root.nodes())
        .allSatisfy(node -> {
          assertThat(node.actualRows()).isEmpty();
          assertThat(node.time()).isEmpty();
          assertThat(node.details()).doesNotContainKey("Estimated Cardinality");
        });
    PlanNode join = find(root, "HASH_JOIN");
    assertThat(join.children()).hasSize(2);
    assertThat(join.details()).containsEntry("Join Type", List.of("INNER"));
    assertThat(join.nodes().filter(node -> node.operator().equals("SEQ_SCAN")))
        .extracting(node -> node.details().get("Table"))
        .containsExactlyInAnyOrder(List.of("memory.main.t"), List.of("memory.main.b"));
    PlanNode scan =
        root.nodes().filter(node -> node.details().containsValue(List.of("memory.main.t"))).findFirst().get();
    assertThat(scan.details()).containsEntry("Filters", List.of("(n > 10)"));
    assertThat(scan.estimatedRows()).hasValue(2000);
    assertThat(plan.time()).isEmpty();
  }

  @Test
  void theTextOfAPlanIsAsDuckDbDrawsIt() {
    String text = engine.explain(COUNTS, 10).text();
    assertThat(text).contains("╭─ Hash Join", "│ Table: memory.main.t", "~2,000 rows");
    assertThat(engine.explain(COUNTS, 10)).hasToString(text);
  }

  @Test
  void aPlanThatWasRunTellsRowsAndTimes() {
    QueryPlan plan = engine.explainAnalyze(COUNTS, 9);
    PlanNode root = plan.root().orElseThrow();
    assertThat(root.nodes()).extracting(PlanNode::operator).doesNotContain("EXPLAIN_ANALYZE", "RESULT_COLLECTOR");
    assertThat(root.actualRows()).hasValue(7);
    assertThat(root.nodes())
        .allSatisfy(node -> {
          assertThat(node.actualRows()).isPresent();
          assertThat(node.time())
              .hasValueSatisfying(time -> assertThat(time).isBetween(Duration.ZERO, Duration.ofHours(1)));
        });
    PlanNode scan =
        root.nodes().filter(node -> node.details().containsValue(List.of("memory.main.t"))).findFirst().get();
    assertThat(scan.operator()).isEqualTo("TABLE_SCAN");
    assertThat(scan.actualRows()).hasValue(9_990);
    assertThat(scan.estimatedRows()).hasValue(2_000);
    assertThat(scan.details()).containsEntry("rows_scanned", List.of("10000"));
    assertThat(plan.time()).hasValueSatisfying(time -> assertThat(time).isPositive());
    assertThat(plan.text())
        .startsWith("Total time: ")
        .contains("TABLE_SCAN, 9,990 rows (estimated 2,000), ", "Table: memory.main.t", "├─ ", "└─ ");
  }

  @Test
  void explainRunsNothingAndExplainAnalyzeRuns() {
    engine.explain("INSERT INTO t SELECT 1, 2");
    assertThat(rows("t")).isEqualTo(10_000);
    PlanNode insert = engine.explainAnalyze("INSERT INTO t SELECT ?, 2", 1).root().orElseThrow();
    assertThat(insert.operator()).isEqualTo("INSERT");
    assertThat(rows("t")).isEqualTo(10_001);
    engine.explainAnalyze("CREATE TABLE made AS FROM range(3)");
    assertThat(rows("made")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INSERT INTO t VALUES (1, 2)", "CREATE TABLE made (n INTEGER)", "SET threads = 1"})
  void aRunWithNothingToMeasureHasNoOperators(String sql) {
    assertThat(engine.explain(sql).root()).isPresent();
    QueryPlan plan = engine.explainAnalyze(sql);
    assertThat(plan.root()).isEmpty();
    assertThat(plan.time()).isEmpty();
    assertThat(plan.text()).isEqualTo("DuckDB measured no operators of this statement\n");
  }

  @Test
  void aPivotIsOneStatement() {
    assertThat(engine.explain("PIVOT t ON g USING sum(n)").root()).isPresent();
    assertThat(engine.explainAnalyze("PIVOT t ON g USING sum(n)").root().orElseThrow().actualRows()).hasValue(1);
  }

  @Test
  void textsInAPlanMayHoldAnything() {
    PlanNode root =
        engine.explain("SELECT n AS \"a\"\"b\\ \n🦆\" FROM t WHERE n::VARCHAR = 'é\"\\' -- end").root().orElseThrow();
    assertThat(root.nodes().flatMap(node -> node.details().values().stream()).flatMap(List::stream))
        .anyMatch(text -> text.contains("é\"\\"));
  }

  @Test
  void aDeepPlanIsATreeAllTheSame() {
    String sql = "SELECT 0 AS n" + " UNION ALL SELECT n + 1 FROM t".repeat(200);
    assertThat(engine.explain(sql).root().orElseThrow().nodes().filter(node -> node.operator().equals("SEQ_SCAN")))
        .hasSize(200);
  }

  @Test
  void severalStatementsAreRefusedBeforeAnyOfThemRuns() {
    for (String sql : List.of("SELECT 1; DROP TABLE t", "DROP TABLE t; SELECT 1", "", " -- nothing\n;")) {
      assertThatThrownBy(() -> engine.explain(sql)).isInstanceOf(SyntaxException.class);
      assertThatThrownBy(() -> engine.explainAnalyze(sql)).isInstanceOf(SyntaxException.class);
    }
    assertThat(rows("t")).isEqualTo(10_000);
    assertThat(engine.explain("SELECT ';' ; -- ; the end\n ;").root()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXPLAIN DROP TABLE t",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (FORMAT text) DELETE FROM t",
        "ANALYZE DELETE FROM t"
      })
  void anExplainOfItsOwnIsRefused(String sql) {
    assertThatThrownBy(() -> engine.explain(sql)).isInstanceOf(SyntaxException.class);
    assertThatThrownBy(() -> engine.explainAnalyze(sql)).isInstanceOf(SyntaxException.class);
    assertThat(rows("t")).isEqualTo(10_000);
  }

  @Test
  void errorsShowTheirPlaceInTheTextThatWasGiven() {
    BinderException e = catchThrowableOfType(BinderException.class, () -> engine.explain("SELECT nn FROM t"));
    assertThat(e.sql()).hasValue("SELECT nn FROM t");
    assertThat(e.position()).hasValue(7);
    assertThatThrownBy(() -> engine.explainAnalyze("FROM nowhere")).isInstanceOf(CatalogException.class);
    assertThatThrownBy(() -> engine.explain("SELECT ?")).isInstanceOf(DataPrismException.class);
    assertThatThrownBy(() -> engine.explain("SELECT 1", 2)).isInstanceOf(DataPrismException.class);
    assertThatThrownBy(() -> engine.explainAnalyze("SELECT error('stop')")).hasMessageContaining("stop");
  }

  @Test
  void aSessionExplainsWhatItSees() {
    try (Session session = engine.session()) {
      session.execute("CREATE TEMP TABLE mine AS SELECT 1 AS n");
      assertThat(session.explain("FROM mine").root()).isPresent();
      assertThatThrownBy(() -> engine.explain("FROM mine")).isInstanceOf(CatalogException.class);
      session.execute("BEGIN");
      session.explainAnalyze("DELETE FROM t");
      assertThat(rows("t")).isEqualTo(10_000);
      session.execute("ROLLBACK");
      session.execute("SET explain_output = 'all'");
      assertThat(session.explain("FROM mine").root().orElseThrow().operator()).isEqualTo("SEQ_SCAN");
      try (QueryResult result = session.query("FROM range(1000000)")) {
        result.next();
        assertThatThrownBy(() -> session.explain("SELECT 1")).isInstanceOf(BusyException.class);
      }
    }
  }

  @Test
  void anExplainedBeginLeavesNoTransactionBehind() {
    engine.explainAnalyze("BEGIN");
    engine.explainAnalyze("CREATE TEMP TABLE passing AS SELECT 1 AS n");
    engine.execute("INSERT INTO b VALUES (7, 'name 7')");
    try (Session session = engine.session()) {
      assertThat(session.catalog().countRows(session.catalog().resolve("b"))).isEqualTo(8);
    }
    assertThatThrownBy(() -> engine.query("FROM passing")).isInstanceOf(CatalogException.class);
  }

  @Test
  void aClosedEngineExplainsNothing() {
    Engine closed = Engine.open();
    closed.close();
    assertThatThrownBy(() -> closed.explain("SELECT 1")).isInstanceOf(ClosedException.class);
  }

  private static PlanNode find(PlanNode root, String operator) {
    return root.nodes().filter(node -> node.operator().equals(operator)).findFirst().orElseThrow();
  }
}
