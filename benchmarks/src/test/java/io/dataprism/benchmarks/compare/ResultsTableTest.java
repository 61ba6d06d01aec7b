package io.dataprism.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResultsTableTest {
  @Test
  void aRowTellsWhetherTheGoalWasMet() {
    ResultsTable.Row row =
        new ResultsTable.Row("fetch", "c", "ms", 0.95, 50, 45.25, 1000, 125, 120, 130, 2.5, 2.4, 2.6);

    assertThat(row.line())
        .isEqualTo(
            "| `fetch` | `c` | 50.0 (45.3–1000) | 125.0 (120.0–130.0) | ms | **2.50** (2.40–2.60) | 0.95 | yes |");
    assertThat(new ResultsTable.Row("call", "jni", "ns", 1, 4, 4, 4, 3, 3, 3, 0.75, 0.75, 0.75).line())
        .endsWith("| **0.75** (0.75–0.75) | 1 | no |");
  }
}
