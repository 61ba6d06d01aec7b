package io.dataprism.benchmarks.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.fetch.Sums;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both ways compute the same.
class RowWorkTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void bothWaysComputeTheSame(@TempDir Path directory) {
    Path database = directory.resolve("work.db");
    try (Engine engine = Engine.open(database)) {
      engine.execute(
          "CREATE TABLE t AS SELECT range AS k, 1 + range % 50::DOUBLE AS q, 900 + range::DOUBLE AS p FROM"
              + " range(100_000)");
    }
    try (RowWork work = new RowWork(database)) {
      Sums sequential = work.sequential("FROM t");
      assertThat(sequential.rows()).isEqualTo(100_000);
      assertThat(sequential.integers()).isEqualTo(100_000L * 99_999 / 2);
      assertThat(sequential.decimals()).isPositive();
      assertThat(work.unordered("FROM t").agreesWith(sequential)).isTrue();
    }
  }

  @Test
  void theValueOfAnOptionIsThatOfTheTextbooks(@TempDir Path directory) {
    Path database = directory.resolve("option.db");
    try (Engine engine = Engine.open(database)) {
      engine.execute("CREATE TABLE t AS SELECT 1::BIGINT AS k, 50::DOUBLE AS q, 30_000::DOUBLE AS p");
    }
    try (RowWork work = new RowWork(database)) {
      // At the money, one year, 25 % and 3 %: 0.113484 of the price.
      assertThat(work.sequential("FROM t").decimals() / 30_000).isCloseTo(0.113484, within(1e-5));
    }
  }
}
