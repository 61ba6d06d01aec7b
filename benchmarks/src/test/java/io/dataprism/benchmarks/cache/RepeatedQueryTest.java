package io.dataprism.benchmarks.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.fetch.Sums;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows that are kept are those that would be computed.
class RepeatedQueryTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void keptRowsAreThoseThatWouldBeComputed(@TempDir Path directory) {
    Path database = directory.resolve("cache.db");
    try (Engine engine = Engine.open(database)) {
      engine.execute(
          "CREATE TABLE lineitem AS SELECT range AS l_suppkey, 2::DECIMAL(15, 2) AS l_extendedprice, 0.5::DECIMAL(15,"
              + " 2) AS l_discount FROM range(1, 2001)");
    }
    Sums uncached;
    try (RepeatedQuery query = new RepeatedQuery(database, false)) {
      uncached = query.run(1);
    }
    assertThat(uncached).isEqualTo(new Sums(1_000, 500_500, 1_000));
    try (RepeatedQuery query = new RepeatedQuery(database, true)) {
      assertThat(query.run(3).agreesWith(uncached)).isTrue();
    }
  }
}
