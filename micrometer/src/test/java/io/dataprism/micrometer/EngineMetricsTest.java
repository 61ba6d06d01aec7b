package io.dataprism.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.cache.CacheOptions;
import io.dataprism.error.CatalogException;
import io.dataprism.status.EngineStatus;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Meters tell what the engine has done.
class EngineMetricsTest {
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void countersFollowTheQueries() {
    Engine engine = Engine.open();
    try (engine) {
      new EngineMetrics(engine, Tags.of("engine", "flights")).bindTo(registry);
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)");
      assertThatThrownBy(() -> engine.execute("FROM nothing")).isInstanceOf(CatalogException.class);
      afterAWhile();
      try (QueryResult result = engine.query("FROM t")) {
        assertThat(result.next()).isNotNull();
        assertThat(gauge(registry, "dataprism.handles", "kind", "result")).isEqualTo(1);
        assertThat(gauge(registry, "dataprism.handles", "kind", "batch")).isEqualTo(1);
        assertThat(gauge(registry, "dataprism.memory.used", "kind", "batches")).isBetween(80.0, 90.0);
      }
      afterAWhile();
      assertThat(ended(registry, "succeeded")).isEqualTo(2);
      assertThat(ended(registry, "failed")).isEqualTo(1);
      assertThat(ended(registry, "cancelled")).isZero();
      assertThat(registry.get("dataprism.queries.errors").tag("code", "catalog").functionCounter().count())
          .isEqualTo(1);
      assertThat(registry.get("dataprism.queries").tag("engine", "flights").functionTimer().count()).isEqualTo(3);
      assertThat(registry.get("dataprism.queries").functionTimer().totalTime(TimeUnit.NANOSECONDS)).isPositive();
      assertThat(registry.get("dataprism.rows").functionCounter().count()).isEqualTo(10);
      assertThat(registry.get("dataprism.rows.changed").functionCounter().count()).isEqualTo(10);
      assertThat(registry.get("dataprism.batches.size").functionCounter().count()).isBetween(80.0, 90.0);
      assertThat(registry.get("dataprism.engine.memory.used").gauge().value()).isPositive();
      assertThat(registry.get("dataprism.memory.limit").gauge().value()).isPositive();
      assertThat(registry.get("dataprism.queries.running").gauge().value()).isZero();
      assertThat(registry.find("dataprism.cache.lookups").meters()).isEmpty();
    }
    afterAWhile();
    assertThat(ended(registry, "succeeded")).as("a closed engine's counters stand still").isEqualTo(2);
    assertThat(registry.get("dataprism.engine.memory.used").gauge().value()).isNaN();
  }

  @Test
  void theCacheHasMetersWhereThereIsOne() {
    Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open();
    try (engine) {
      new EngineMetrics(engine).bindTo(registry);
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)");
      for (int i = 0; i < 3; i++) {
        engine.sql("FROM t").cached().run().close();
      }
      assertThat(lookups(registry, "miss")).isEqualTo(1);
      assertThat(lookups(registry, "hit")).isEqualTo(2);
      assertThat(registry.get("dataprism.cache.entries").gauge().value()).isEqualTo(1);
      assertThat(registry.get("dataprism.cache.size").gauge().value()).isPositive();
    }
    afterAWhile();
    assertThat(lookups(registry, "hit")).as("a closed engine's counters stand still").isEqualTo(2);
    assertThat(registry.get("dataprism.cache.entries").gauge().value()).isZero();
  }

  @Test
  void readingMetersStartsNoEngine() {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).lazy().open()) {
      new EngineMetrics(engine).bindTo(registry);
      for (Meter meter : registry.getMeters()) {
        // What is not known is not a number, which is not below zero.
        meter.measure().forEach(measurement -> assertThat(measurement.getValue()).isNotNegative());
      }
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.NOT_STARTED);
    }
  }

  @Test
  void aRegistryKeepsNoEngine() throws Exception {
    WeakReference<Engine> closed = boundAndClosed(registry);
    for (int i = 0; i < 100 && closed.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(closed.get()).isNull();
    assertThat(ended(registry, "succeeded")).as("what was read last").isEqualTo(1);
  }

  private static WeakReference<Engine> boundAndClosed(SimpleMeterRegistry registry) {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open()) {
      new EngineMetrics(engine).bindTo(registry);
      engine.execute("SELECT 1");
      assertThat(ended(registry, "succeeded")).isEqualTo(1);
      assertThat(lookups(registry, "hit")).isZero();
      return new WeakReference<>(engine);
    }
  }

  @Test
  void everyMeterSaysWhatItIs() {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open()) {
      new EngineMetrics(engine).bindTo(registry);
      assertThat(registry.getMeters()).isNotEmpty();
      for (Meter meter : registry.getMeters()) {
        assertThat(meter.getId().getName()).startsWith("dataprism.");
        assertThat(meter.getId().getDescription()).as(meter.getId().getName()).isNotEmpty();
      }
    }
  }

  @Test
  void theEngineIsReadOnceForAllMetersOfAMoment() {
    try (Engine engine = Engine.open()) {
      new EngineMetrics(engine).bindTo(registry);
      engine.execute("SELECT 1");
      assertThat(ended(registry, "succeeded")).isEqualTo(1);
      engine.execute("SELECT 1");
      clock.add(Duration.ofMillis(99));
      assertThat(ended(registry, "succeeded")).isEqualTo(1);
      assertThat(registry.get("dataprism.queries").functionTimer().count()).isEqualTo(1);
      clock.add(Duration.ofMillis(1));
      assertThat(ended(registry, "succeeded")).isEqualTo(2);
      assertThat(registry.get("dataprism.queries").functionTimer().count()).isEqualTo(2);
    }
  }

  @Test
  void valuesOfOneScrapeAgreeWhileQueriesRun() throws Exception {
    try (Engine engine = Engine.open()) {
      new EngineMetrics(engine).bindTo(registry);
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> queries =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  assertThatThrownBy(() -> engine.execute("FROM nothing")).isInstanceOf(CatalogException.class);
                  engine.execute("SELECT 1");
                }
              },
              task -> Thread.ofPlatform().start(task));
      try {
        for (int i = 0; i < 100; i++) {
          afterAWhile();
          double all = registry.get("dataprism.queries").functionTimer().count();
          long ended = engine.statistics().ended();
          while (engine.statistics().ended() == ended && !queries.isDone()) {
            Thread.onSpinWait();
          }
          double failed = registry.get("dataprism.queries.errors").tag("code", "catalog").functionCounter().count();
          assertThat(ended(registry, "failed")).isEqualTo(failed);
          assertThat(ended(registry, "succeeded") + failed).isEqualTo(all);
        }
      } finally {
        enough.set(true);
        queries.get();
      }
      afterAWhile();
      assertThat(registry.get("dataprism.queries").functionTimer().count()).isPositive();
    }
  }

  private void afterAWhile() {
    clock.add(Duration.ofMillis(100));
  }

  private static double gauge(SimpleMeterRegistry registry, String name, String tag, String value) {
    return registry.get(name).tag(tag, value).gauge().value();
  }

  private static double ended(SimpleMeterRegistry registry, String outcome) {
    return registry.get("dataprism.queries.ended").tag("outcome", outcome).functionCounter().count();
  }

  private static double lookups(SimpleMeterRegistry registry, String result) {
    return registry.get("dataprism.cache.lookups").tag("result", result).functionCounter().count();
  }
}
