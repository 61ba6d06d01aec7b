package io.dataprism.benchmarks.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.data.TpchTables;
import io.dataprism.benchmarks.fetch.Sums;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallersTest {
  private static final double SCALE = 0.01;
  private static final int CALLERS = 20;
  private static final int QUERIES = 300;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void manyCallersOfBothSidesComputeWhatOneDoes(@TempDir Path directory) throws Exception {
    Path database = TpchTables.ensure(directory, SCALE);
    Sums one = run(new DataPrismQueryMix(database), 1);
    Sums ours = run(new DataPrismQueryMix(database), CALLERS);
    Sums theirs = run(new JdbcQueryMix(database, CALLERS), CALLERS);

    assertThat(one.rows()).isEqualTo(QUERIES);
    assertThat(ours).isEqualTo(one);
    assertThat(theirs).isEqualTo(one);
  }

  private static Sums run(QueryMix mix, int callers) throws Exception {
    try (Callers threads = new Callers(mix, callers)) {
      return threads.run(QUERIES);
    }
  }
}
