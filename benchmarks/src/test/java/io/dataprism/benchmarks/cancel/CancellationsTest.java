package io.dataprism.benchmarks.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.data.TpchTables;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CancellationsTest {
  private static final double SCALE = 0.01;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void everyQueryLastsUntilItIsStopped(@TempDir Path directory) throws IOException {
    Path database = TpchTables.ensure(directory, SCALE);
    try (Cancellations cancellations = new Cancellations(database, 1)) {
      for (int number = 0; number < 24; number++) {
        assertThat(cancellations.run(number)).isPositive();
      }
    }
  }
}
