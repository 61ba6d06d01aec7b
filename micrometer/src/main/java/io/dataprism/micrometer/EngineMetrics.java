package io.dataprism.micrometer;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.cache.CacheStatistics;
import io.dataprism.error.ErrorCode;
import io.dataprism.memory.EngineMemory;
import io.dataprism.memory.MemoryBudget;
import io.dataprism.memory.MemoryUsage;
import io.dataprism.metrics.QueryStatistics;
import io.dataprism.status.EngineStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// Meters for one engine. They read the engine's own counters when a registry asks for them, and cost its queries
/// nothing.
///
/// ```java
/// new EngineMetrics(engine, Tags.of("engine", "flights")).bindTo(registry);
/// ```
///
/// All meters begin with `dataprism.`; what they are is told in the guide to observing. Meters that are asked within a
/// tenth of a second tell of one moment: the engine is read once for all of them, and their values agree.
///
/// The registry does not keep the engine from being garbage: keep it, as whoever closes it does. When it is closed,
/// counters stand still and gauges are zero, or not a number where they have nothing to tell.
public final class EngineMetrics implements MeterBinder {
  private final Engine engine;
  private final Tags tags;

  /// Meters without tags of their own, for a process with one engine.
  public EngineMetrics(Engine engine) {
    this(engine, Tags.empty());
  }

  /// Meters that all have some tags.
  ///
  /// @param tags what tells this engine's meters from those of others
  public EngineMetrics(Engine engine, Iterable<Tag> tags) {
    this.engine = engine;
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    new Binding(registry, engine, tags).bind(engine.hasCache());
    // Of the process: without the engine's tags, so that several engines have one meter for it.
    bindBudget(registry);
  }

  private static void bindBudget(MeterRegistry registry) {
    Recent<MemoryBudget, MemoryUsage> recent =
        new Recent<>(registry.config().clock(), (budget, before) -> budget.usage());
    budget(registry, recent, "duckdb", MemoryUsage::duckdb);
    budget(registry, recent, "batches", MemoryUsage::batches);
    budget(registry, recent, "cache", MemoryUsage::cache);
    budget(registry, recent, "plugins", MemoryUsage::plugins);
    Gauge.builder("dataprism.memory.limit", MemoryBudget.ofProcess(), each -> recent.of(each).limit())
        .description("Bytes that all engines of the process and what they give may take")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private static void budget(
      MeterRegistry registry,
      Recent<MemoryBudget, MemoryUsage> recent,
      String kind,
      ToDoubleFunction<MemoryUsage> value) {
    Gauge.builder("dataprism.memory.used", MemoryBudget.ofProcess(), each -> value.applyAsDouble(recent.of(each)))
        .description("Bytes that all engines of the process and what they give take")
        .baseUnit(BaseUnits.BYTES)
        .tags("kind", kind)
        .register(registry);
  }

  /// The meters of an engine in one registry. They do not keep it, and so not the engine.
  private static final class Binding {
    private final MeterRegistry registry;
    private final Engine engine;
    private final Tags tags;
    private final Recent<Engine, Reading> recent;

    Binding(MeterRegistry registry, Engine engine, Tags tags) {
      this.registry = registry;
      this.engine = engine;
      this.tags = tags;
      this.recent = new Recent<>(registry.config().clock(), Reading::of);
    }

    void bind(boolean withCache) {
      bindQueries();
      bindHandles();
      bindMemory();
      if (withCache) {
        bindCache();
      }
    }

    private void bindQueries() {
      Recent<Engine, Reading> from = recent;
      FunctionTimer.builder(
              "dataprism.queries",
              engine,
              each -> from.of(each).queries().ended(),
              each -> from.of(each).queries().time().toNanos(),
              TimeUnit.NANOSECONDS)
          .description("Queries that have ended, and their time from start to end")
          .tags(tags)
          .register(registry);
      outcome("succeeded", QueryStatistics::succeeded);
      outcome("failed", QueryStatistics::failed);
      outcome("cancelled", QueryStatistics::cancelled);
      for (ErrorCode code : ErrorCode.values()) {
        counter(
            "dataprism.queries.errors",
            "Queries that have ended with an error",
            null,
            tags.and("code", code.name().toLowerCase(Locale.ROOT)),
            reading -> reading.queries().errors().getOrDefault(code, 0L));
      }
      counter("dataprism.rows", "Rows that queries have given", "rows", QueryStatistics::rows);
      counter("dataprism.rows.changed", "Rows that queries have changed", "rows", QueryStatistics::changedRows);
      counter("dataprism.batches", "Record batches that queries have given", "batches", QueryStatistics::batches);
      counter(
          "dataprism.batches.size",
          "Bytes of native memory in these record batches",
          BaseUnits.BYTES,
          QueryStatistics::bytes);
      status("dataprism.queries.running", "Sessions that run a statement", EngineStatus::running);
      status("dataprism.queries.queued", "Queries that wait for a worker", EngineStatus::queued);
      status("dataprism.workers.busy", "Workers that do something", EngineStatus::workersBusy);
    }

    private void outcome(String outcome, ToDoubleFunction<QueryStatistics> value) {
      counter(
          "dataprism.queries.ended",
          "Queries that have ended",
          null,
          tags.and("outcome", outcome),
          reading -> value.applyAsDouble(reading.queries()));
    }

    private void counter(String name, String description, String unit, ToDoubleFunction<QueryStatistics> value) {
      counter(name, description, unit, tags, reading -> value.applyAsDouble(reading.queries()));
    }

    private void status(String name, String description, ToDoubleFunction<EngineStatus> value) {
      gauge(name, description, null, tags, reading -> value.applyAsDouble(reading.status()));
    }

    private void bindHandles() {
      handles("session", LiveHandles::sessions);
      handles("statement", LiveHandles::statements);
      handles("result", LiveHandles::results);
      handles("batch", LiveHandles::batches);
      handles("cached_result", LiveHandles::cachedResults);
    }

    private void handles(String kind, ToDoubleFunction<LiveHandles> value) {
      gauge(
          "dataprism.handles",
          "Native objects that are open",
          null,
          tags.and("kind", kind),
          reading -> value.applyAsDouble(reading.status().open()));
    }

    private void bindMemory() {
      memory("dataprism.engine.memory.used", "Bytes of the engine's buffers", EngineMemory::used);
      memory("dataprism.engine.memory.limit", "Bytes that these may be at present", EngineMemory::limit);
      memory("dataprism.engine.spilled", "Bytes in the temporary directory", EngineMemory::spilled);
    }

    private void memory(String name, String description, ToDoubleFunction<EngineMemory> value) {
      gauge(
          name,
          description,
          BaseUnits.BYTES,
          tags,
          reading -> reading.status().memory().map(value::applyAsDouble).orElse(Double.NaN));
    }

    private void bindCache() {
      lookups("hit", CacheStatistics::hits);
      lookups("miss", CacheStatistics::misses);
      lookups("bypass", CacheStatistics::bypassed);
      lookups("refused", CacheStatistics::refused);
      counter(
          "dataprism.cache.evictions",
          "Results given up for others",
          null,
          tags,
          reading -> reading.cacheTotal(CacheStatistics::evictions));
      counter(
          "dataprism.cache.invalidations",
          "Results that became out of date",
          null,
          tags,
          reading -> reading.cacheTotal(CacheStatistics::invalidations));
      gauge(
          "dataprism.cache.entries",
          "Results that are kept",
          null,
          tags,
          reading -> reading.cacheNow(CacheStatistics::entries));
      gauge(
          "dataprism.cache.size",
          "Bytes of memory that they take",
          BaseUnits.BYTES,
          tags,
          reading -> reading.cacheNow(CacheStatistics::bytes));
    }

    private void lookups(String result, ToDoubleFunction<CacheStatistics> value) {
      counter(
          "dataprism.cache.lookups",
          "Queries that asked the cache",
          null,
          tags.and("result", result),
          reading -> reading.cacheTotal(value));
    }

    private void counter(
        String name, String description, @Nullable String unit, Tags all, ToDoubleFunction<Reading> value) {
      Recent<Engine, Reading> from = recent;
      FunctionCounter.builder(name, engine, each -> value.applyAsDouble(from.of(each)))
          .description(description)
          .baseUnit(unit)
          .tags(all)
          .register(registry);
    }

    private void gauge(
        String name, String description, @Nullable String unit, Tags all, ToDoubleFunction<Reading> value) {
      Recent<Engine, Reading> from = recent;
      Gauge.builder(name, engine, each -> value.applyAsDouble(from.of(each)))
          .description(description)
          .baseUnit(unit)
          .tags(all)
          .register(registry);
    }
  }
}
