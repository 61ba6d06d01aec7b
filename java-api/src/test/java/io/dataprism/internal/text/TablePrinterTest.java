package io.dataprism.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TablePrinterTest {
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

  @Test
  void namesTypesAndValuesStandInColumns() {
    String sql =
        "SELECT * FROM (VALUES ('東京', 1.5::DOUBLE, true), ('🦆', -20.25, NULL), (NULL, NULL, false)) AS t(city, n, b)";
    assertThat(engine.query(sql).toTable(20))
        .isEqualTo(
            """
            ┌─────────┬────────┬─────────┐
            │ city    │      n │ b       │
            │ varchar │ double │ boolean │
            ├─────────┼────────┼─────────┤
            │ 東京    │    1.5 │ true    │
            │ 🦆      │ -20.25 │ NULL    │
            │ NULL    │   NULL │ false   │
            └─────────┴────────┴─────────┘
            3 rows
            """);
  }

  @Test
  void aLongResultShowsItsFirstAndLastRows() {
    assertThat(engine.query("SELECT range AS n FROM range(100000)").toTable(5))
        .isEqualTo(
            """
            ┌──────────────┐
            │            n │
            │       bigint │
            ├──────────────┤
            │            0 │
            │            1 │
            │            2 │
            │ … 99995 rows │
            │        99998 │
            │        99999 │
            └──────────────┘
            100000 rows
            """);
  }

  @Test
  void aResultThatJustFitsIsShownWhole() {
    String table = engine.query("SELECT range AS n FROM range(6)").toTable(6);
    assertThat(table).contains("│      2 │", "│      3 │").endsWith("6 rows\n").doesNotContain("…");
  }

  @Test
  void theLastRowsMayLieInSeveralBatches() {
    // Batches end after 16,384 rows: the last holds two, and four are shown from the end.
    String table = engine.query("SELECT range AS n FROM range(16386)").toTable(8);
    assertThat(table).contains("│            3 │\n│ … 16378 rows │\n│        16382 │").contains("│        16385 │\n└");
  }

  @Test
  void noRowsAndNoShownRowsAreCounted() {
    assertThat(engine.query("SELECT 1 AS n WHERE false").toTable(5))
        .isEqualTo(
            """
            ┌─────────┐
            │       n │
            │ integer │
            ├─────────┤
            └─────────┘
            0 rows
            """);
    assertThat(engine.query("SELECT 1 AS n").toTable(0)).contains("│ … 1 row │").endsWith("1 row\n");
  }

  @Test
  void wideValuesAreCutAndLineBreaksShown() {
    String sql =
        "SELECT repeat('x', 1000000) AS long, 'a' || chr(10) || chr(9) || chr(27) || 'b' AS controls, range(1000) AS l";
    String row = engine.query(sql).toTable(5).lines().skip(4).findFirst().orElseThrow();
    assertThat(row).startsWith("│ " + "x".repeat(59) + "… │ a\\n\\t\\u001bb ").endsWith("… │");
  }

  @Test
  void aNegativeCountIsRefusedAndTheResultClosed() {
    QueryResult result = engine.query("SELECT 1");
    assertThatThrownBy(() -> result.toTable(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(result.isClosed()).isTrue();
  }
}
