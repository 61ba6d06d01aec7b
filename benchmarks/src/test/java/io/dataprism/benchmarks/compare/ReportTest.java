package io.dataprism.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Comparison COMPARISON =
      new Comparison(
          "fetch-numeric",
          "ms",
          "jdbc-arrow",
          2,
          Spread.of(List.of(50.0, 40.0, 60.0)),
          Spread.of(List.of(125.0, 126.0, 124.0)),
          Spread.of(List.of(2.5, 3.15, 2.0)));

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aLineHasNameUnitOursTheirsPeerAndRatio() {
    assertThat(COMPARISON.line()).isEqualTo("fetch-numeric\tms\t50.00\t125.00\tjdbc-arrow\t2.50");
  }

  record Row(String name, String unit, double ours, long runs, double peers, String peer, double ratio, double goal) {}

  record Conditions(boolean quick, long cores, String duckdb, String jdk) {}

  @Test
  void theFileIsJsonWithConditionsAndComparisons(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("new").resolve("comparison.json");
    Report report = new Report("v\"2\"\\\n", true);
    report.add(COMPARISON);
    report.write(file);

    try (Engine engine = Engine.open()) {
      assertThat(
              engine
                  .query(
                      """
                      SELECT c.name, c.unit, c.ours.median AS ours, c.ours.runs AS runs, c.peers.median AS peers, c.peer,
                        c.ratio, c.goal::DOUBLE AS goal
                      FROM (SELECT unnest(comparisons) AS c FROM read_json(?))
                      """,
                      file.toString())
                  .as(Row.class))
          .containsExactly(new Row("fetch-numeric", "ms", 50, 3, 125, "jdbc-arrow", 2.5, 2));
      assertThat(
              engine
                  .query("SELECT quick, machine.cores AS cores, duckdb, jdk FROM read_json(?)", file.toString())
                  .as(Conditions.class))
          .singleElement()
          .satisfies(conditions -> {
            assertThat(conditions.quick()).isTrue();
            assertThat(conditions.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(conditions.duckdb()).isEqualTo("v\"2\"\\\n");
            assertThat(conditions.jdk()).contains(Runtime.version().toString());
          });
    }
  }
}
