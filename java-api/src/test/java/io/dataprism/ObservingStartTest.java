package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What observing takes of a program that does not ask for it.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ObservingStartTest {
  /// A program that runs one query.
  static final class Once {
    private Once() {}

    public static void main(String[] arguments) {
      try (Engine engine = Engine.open();
          QueryResult result = engine.query("SELECT 42 AS answer")) {
        for (RecordBatch batch : result) {
          System.out.println("answer=" + batch.int32("answer").get(0));
        }
      }
    }
  }

  @Test
  void nothingIsLoadedForEventsThatNobodyWants() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Once.class, List.of("-Xlog:class+load"));
    assertThat(outcome.output()).contains("answer=42");
    assertThat(outcome.output().lines().filter(line -> line.contains(" jdk.jfr.")))
        .singleElement()
        .asString()
        .contains(" jdk.jfr.FlightRecorder ");
    assertThat(outcome.output())
        .contains("io.dataprism.internal.observe.EngineObserver ")
        .doesNotContain("io.dataprism.internal.observe.EventLog", "io.dataprism.internal.observe.QueryStartEvent");
  }

  @Test
  void flightRecorderMayBeMissing() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Once.class, List.of("--limit-modules=java.base"));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("answer=42");
  }
}
