package io.dataprism.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.error.TimeLimitException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What JDK Flight Recorder gets to see.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FlightRecorderTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals("io.dataprism." + name)).toList();
  }

  @Test
  void queriesTheirEndTheirCancellationAndSpillingAreRecorded(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("recording.jfr");
    try (Recording recording = new Recording();
        Engine engine = Engine.builder().memoryLimit(64L << 20).threads(1).open()) {
      recording.start();
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(?)", 5_000_000);
      try (QueryResult result = engine.query("SELECT n, hash(n) AS h FROM t ORDER BY h")) {
        result.forEach(batch -> {});
      }
      CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
      engine.sql("SELECT sum(hash(n)) FROM t").onMetrics(metrics::complete).run().close();
      assertThat(metrics.get().profile()).as("recording makes DuckDB measure nothing").isEmpty();
      assertThatThrownBy(() ->
              engine.sql("SELECT count(*) FROM range(1000000000000000)").timeLimit(Duration.ofMillis(20)).execute())
          .isInstanceOf(TimeLimitException.class);
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(of(events, "QueryStart")).extracting(event -> event.getString("sql")).hasSize(4);
    List<RecordedEvent> ends = of(events, "QueryEnd");
    assertThat(ends)
        .extracting(event -> event.getString("outcome"))
        .containsExactly("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "CANCELLED");
    assertThat(ends.get(0).getLong("changedRows")).isEqualTo(5_000_000);
    assertThat(ends.get(1).getLong("rows")).isEqualTo(5_000_000);
    assertThat(ends.get(1).getDuration("total")).isPositive();
    assertThat(of(events, "QueryCancel")).extracting(event -> event.getString("reason")).containsExactly("TIME_LIMIT");
    RecordedEvent spill =
        of(events, "Spill").stream()
            .filter(event -> event.getLong("queryId") == ends.get(1).getLong("queryId"))
            .findFirst()
            .orElseThrow();
    assertThat(spill.getLong("peakSpilled")).isPositive();
    assertThat(spill.getLong("peakMemory")).isPositive();
  }

  @Test
  void spillingIsNotLookedForWhereNobodyWantsToKnow(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("recording.jfr");
    try (Recording recording = new Recording();
        Engine engine = Engine.builder().memoryLimit(64L << 20).threads(1).open()) {
      recording.disable("io.dataprism.Spill");
      recording.start();
      try (QueryResult result = engine.query("SELECT range AS n, hash(n) AS h FROM range(5_000_000) ORDER BY h")) {
        result.forEach(batch -> {});
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(of(events, "QueryEnd")).hasSize(1);
    assertThat(of(events, "Spill")).isEmpty();
  }
}
