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
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Meters tell what the engine has done.
class EngineMetricsTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void countersFollowTheQueries() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Engine engine = Engine.open();
    try (engine) {
      new EngineMetrics(engine, Tags.of("engine", "flights")).bindTo(registry);
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)");
      assertThatThrownBy(() -> engine.execute("FROM nothing")).isInstanceOf(CatalogException.class);
      try (QueryResult result = engine.query("FROM t")) {
        assertThat(result.next()).isNotNull();
        assertThat(gauge(registry, "dataprism.handles", "kind", "result")).isEqualTo(1);
        assertThat(gauge(registry, "dataprism.handles", "kind", "batch")).isEqualTo(1);
        assertThat(gauge(registry, "dataprism.memory.used", "kind", "batches")).isBetween(80.0, 90.0);
      }
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
    assertThat(ended(registry, "succeeded")).as("a closed engine's counters stand still").isEqualTo(2);
    assertThat(registry.get("dataprism.engine.memory.used").gauge().value()).isNaN();
  }

  @Test
  void theCacheHasMetersWhereThereIsOne() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
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
    assertThat(lookups(registry, "hit")).as("a closed engine's counters stand still").isEqualTo(2);
    assertThat(registry.get("dataprism.cache.entries").gauge().value()).isZero();
  }

  @Test
  void readingMetersStartsNoEngine() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
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
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
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
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open()) {
      new EngineMetrics(engine).bindTo(registry);
      assertThat(registry.getMeters()).isNotEmpty();
      for (Meter meter : registry.getMeters()) {
        assertThat(meter.getId().getName()).startsWith("dataprism.");
        assertThat(meter.getId().getDescription()).as(meter.getId().getName()).isNotEmpty();
      }
    }
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
