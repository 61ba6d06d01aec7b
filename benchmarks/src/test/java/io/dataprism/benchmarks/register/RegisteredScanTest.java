package io.dataprism.benchmarks.register;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.fetch.Sums;
import org.junit.jupiter.api.Test;

class RegisteredScanTest {
  @Test
  void bothTablesHoldTheSame() {
    try (RegisteredScan scan = new RegisteredScan(10_000, 2)) {
      Sums registered = scan.sum("registered");
      assertThat(registered.rows()).isEqualTo(10_000);
      assertThat(registered).isEqualTo(scan.sum("native"));
    }
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }
}
