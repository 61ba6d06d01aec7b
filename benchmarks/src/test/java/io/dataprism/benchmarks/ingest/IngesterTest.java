package io.dataprism.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.fetch.Sums;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Without the side of arrow-java, which needs flags that no other test is given.
class IngesterTest {
  private static final Rows ROWS = new Rows(3_000);

  interface Side {
    Ingester open() throws Exception;
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  static Stream<Side> sides() {
    ReadyRows columns = ReadyRows.columns(ROWS);
    return Stream.of(
        () -> DataPrismIngester.arrays(ROWS),
        () -> DataPrismIngester.segments(ROWS),
        () -> JdbcIngester.singleValues(columns),
        () -> JdbcIngester.batched(columns),
        () -> JdbcIngester.batchedStatements(columns),
        () -> JdbcIngester.singleValues(ReadyRows.records(ROWS)));
  }

  @ParameterizedTest
  @MethodSource("sides")
  void everySidePutsTheSameRowsThere(Side side) throws Exception {
    try (Ingester ingester = side.open()) {
      for (int run = 0; run < 2; run++) {
        ingester.run();
        long ids = 2_999L * 3_000 / 2;
        assertThat(ingester.check())
            .isEqualTo(new Sums(3_000, ids + 18 * 3_000, 1_498_500 / 4.0))
            .isEqualTo(ROWS.sums());
      }
    }
  }
}
