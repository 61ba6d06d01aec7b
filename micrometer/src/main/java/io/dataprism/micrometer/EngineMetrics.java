package io.dataprism.micrometer;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.cache.CacheStatistics;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
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
/// All meters begin with `dataprism.`; what they are is told in the guide to observing. The registry does not keep the
/// engine from being garbage: keep it, as whoever closes it does. When it is closed, counters stand still and gauges
/// are zero, or not a number where they have nothing to tell.
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
    bindQueries(registry);
    bindHandles(registry);
    bindMemory(registry);
    if (hasCache()) {
      bindCache(registry);
    }
  }

  private void bindQueries(MeterRegistry registry) {
    FunctionTimer.builder(
            "dataprism.queries",
            engine,
            each -> each.statistics().ended(),
            each -> each.statistics().time().toNanos(),
            TimeUnit.NANOSECONDS)
        .description("Queries that have ended, and their time from start to end")
        .tags(tags)
        .register(registry);
    outcome(registry, "succeeded", QueryStatistics::succeeded);
    outcome(registry, "failed", QueryStatistics::failed);
    outcome(registry, "cancelled", QueryStatistics::cancelled);
    for (ErrorCode code : ErrorCode.values()) {
      FunctionCounter.builder(
              "dataprism.queries.errors", engine, each -> each.statistics().errors().getOrDefault(code, 0L))
          .description("Queries that have ended with an error")
          .tags(tags.and("code", code.name().toLowerCase(Locale.ROOT)))
          .register(registry);
    }
    counter(registry, "dataprism.rows", "Rows that queries have given", "rows", QueryStatistics::rows);
    counter(registry, "dataprism.rows.changed", "Rows that queries have changed", "rows", QueryStatistics::changedRows);
    counter(
        registry, "dataprism.batches", "Record batches that queries have given", "batches", QueryStatistics::batches);
    counter(
        registry,
        "dataprism.batches.size",
        "Bytes of native memory in these record batches",
        BaseUnits.BYTES,
        QueryStatistics::bytes);
    status(registry, "dataprism.queries.running", "Sessions that run a statement", EngineStatus::running);
    status(registry, "dataprism.queries.queued", "Queries that wait for a worker", EngineStatus::queued);
    status(registry, "dataprism.workers.busy", "Workers that do something", EngineStatus::workersBusy);
  }

  private void bindHandles(MeterRegistry registry) {
    handles(registry, "session", LiveHandles::sessions);
    handles(registry, "statement", LiveHandles::statements);
    handles(registry, "result", LiveHandles::results);
    handles(registry, "batch", LiveHandles::batches);
    handles(registry, "cached_result", LiveHandles::cachedResults);
  }

  private void bindMemory(MeterRegistry registry) {
    engineMemory(registry, "dataprism.engine.memory.used", "Bytes of the engine's buffers", EngineMemory::used);
    engineMemory(registry, "dataprism.engine.memory.limit", "Bytes that these may be at present", EngineMemory::limit);
    engineMemory(registry, "dataprism.engine.spilled", "Bytes in the temporary directory", EngineMemory::spilled);
    budget(registry, "duckdb", MemoryUsage::duckdb);
    budget(registry, "batches", MemoryUsage::batches);
    budget(registry, "cache", MemoryUsage::cache);
    budget(registry, "plugins", MemoryUsage::plugins);
    Gauge.builder("dataprism.memory.limit", MemoryBudget.ofProcess(), MemoryBudget::limit)
        .description("Bytes that all engines of the process and what they give may take")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private void bindCache(MeterRegistry registry) {
    CacheReader reader = new CacheReader();
    lookups(registry, reader, "hit", CacheStatistics::hits);
    lookups(registry, reader, "miss", CacheStatistics::misses);
    lookups(registry, reader, "bypass", CacheStatistics::bypassed);
    lookups(registry, reader, "refused", CacheStatistics::refused);
    cacheCounter(
        registry, reader, "dataprism.cache.evictions", "Results given up for others", CacheStatistics::evictions);
    cacheCounter(
        registry,
        reader,
        "dataprism.cache.invalidations",
        "Results that became out of date",
        CacheStatistics::invalidations);
    Gauge.builder("dataprism.cache.entries", engine, each -> reader.now(each, CacheStatistics::entries))
        .description("Results that are kept")
        .tags(tags)
        .register(registry);
    Gauge.builder("dataprism.cache.size", engine, each -> reader.now(each, CacheStatistics::bytes))
        .description("Bytes of native memory that they take")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .register(registry);
  }

  private boolean hasCache() {
    try {
      engine.cache();
      return true;
    } catch (ConfigurationException e) {
      return false;
    }
  }

  private void outcome(MeterRegistry registry, String outcome, ToDoubleFunction<QueryStatistics> value) {
    FunctionCounter.builder("dataprism.queries.ended", engine, each -> value.applyAsDouble(each.statistics()))
        .description("Queries that have ended")
        .tags(tags.and("outcome", outcome))
        .register(registry);
  }

  private void counter(
      MeterRegistry registry, String name, String description, String unit, ToDoubleFunction<QueryStatistics> value) {
    FunctionCounter.builder(name, engine, each -> value.applyAsDouble(each.statistics()))
        .description(description)
        .baseUnit(unit)
        .tags(tags)
        .register(registry);
  }

  private void status(MeterRegistry registry, String name, String description, ToDoubleFunction<EngineStatus> value) {
    Gauge.builder(name, engine, each -> value.applyAsDouble(each.status()))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private void handles(MeterRegistry registry, String kind, ToDoubleFunction<LiveHandles> value) {
    Gauge.builder("dataprism.handles", engine, each -> value.applyAsDouble(each.status().open()))
        .description("Native objects that are open")
        .tags(tags.and("kind", kind))
        .register(registry);
  }

  private void engineMemory(
      MeterRegistry registry, String name, String description, ToDoubleFunction<EngineMemory> value) {
    Gauge.builder(
            name, engine, each -> each.status().memory().map(memory -> value.applyAsDouble(memory)).orElse(Double.NaN))
        .description(description)
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .register(registry);
  }

  // Of the process: without the engine's tags, so that several engines have one meter for it.
  private static void budget(MeterRegistry registry, String kind, ToDoubleFunction<MemoryUsage> value) {
    Gauge.builder("dataprism.memory.used", MemoryBudget.ofProcess(), budget -> value.applyAsDouble(budget.usage()))
        .description("Bytes that all engines of the process and what they give take")
        .baseUnit(BaseUnits.BYTES)
        .tags("kind", kind)
        .register(registry);
  }

  private void lookups(
      MeterRegistry registry, CacheReader reader, String result, ToDoubleFunction<CacheStatistics> value) {
    FunctionCounter.builder("dataprism.cache.lookups", engine, each -> reader.total(each, value))
        .description("Queries that asked the cache")
        .tags(tags.and("result", result))
        .register(registry);
  }

  private void cacheCounter(
      MeterRegistry registry,
      CacheReader reader,
      String name,
      String description,
      ToDoubleFunction<CacheStatistics> value) {
    FunctionCounter.builder(name, engine, each -> reader.total(each, value))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  /// Reads what a cache tells, which a closed engine's does not. Knows no engine, so that the registry keeps none.
  private static final class CacheReader {
    private volatile @Nullable CacheStatistics last;

    /// A number that only grows; that of the last time where the engine is closed.
    double total(Engine engine, ToDoubleFunction<CacheStatistics> value) {
      try {
        last = engine.cache().statistics();
      } catch (ClosedException e) {
        // What was read last is all there is to tell.
      }
      CacheStatistics known = last;
      return known == null ? 0 : value.applyAsDouble(known);
    }

    /// A number that is what it is now; zero where the engine is closed.
    double now(Engine engine, ToDoubleFunction<CacheStatistics> value) {
      try {
        return value.applyAsDouble(engine.cache().statistics());
      } catch (ClosedException e) {
        return 0;
      }
    }
  }
}
