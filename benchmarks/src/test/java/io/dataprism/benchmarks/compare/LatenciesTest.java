package io.dataprism.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void aQuantileIsTheTimeThatAShareOfTheCallsDidNotExceed() {
    Latencies latencies = new Latencies(1_000);
    for (int i = 200; i > 0; i--) {
      latencies.add(i);
    }

    assertThat(latencies.quantile(0.5)).isEqualTo(100);
    assertThat(latencies.quantile(0.99)).isEqualTo(198);
    assertThat(latencies.quantile(1)).isEqualTo(200);
  }

  @Test
  void withoutCallsThereIsNone() {
    assertThatThrownBy(() -> new Latencies(1).quantile(0.5)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theKeysOfPointRunsAreAllThereAre() {
    PointRuns runs = PointRuns.parse(new PointRuns(100, 100).argument());

    assertThat(IntStream.range(0, runs.calls()).mapToObj(runs::key).distinct().toList())
        .hasSize(100)
        .allMatch(key -> key >= 1 && key <= 100);
  }
}
