package io.dataprism.micrometer;

import io.dataprism.Engine;
import io.dataprism.cache.CacheStatistics;
import io.dataprism.error.ClosedException;
import io.dataprism.metrics.QueryStatistics;
import io.dataprism.status.EngineStatus;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What all meters of an engine tell at one time. Immutable.
///
/// @param cache what the cache told last, which a closed engine's does no more; null where it never has
/// @param cacheOpen whether it told that now
record Reading(QueryStatistics queries, EngineStatus status, @Nullable CacheStatistics cache, boolean cacheOpen) {
  /// Reads an engine, in whatever state it is.
  ///
  /// @param before what was read before
  static Reading of(Engine engine, @Nullable Reading before) {
    CacheStatistics cache = before == null ? null : before.cache;
    boolean open = false;
    if (engine.hasCache()) {
      try {
        cache = engine.cache().statistics();
        open = true;
      } catch (ClosedException e) {
        // What was read last is all there is to tell.
      }
    }
    return new Reading(engine.statistics(), engine.status(), cache, open);
  }

  /// A number of the cache that only grows.
  double cacheTotal(ToDoubleFunction<CacheStatistics> value) {
    return cache == null ? 0 : value.applyAsDouble(cache);
  }

  /// A number of the cache that is what it is now; zero where the engine is closed.
  double cacheNow(ToDoubleFunction<CacheStatistics> value) {
    return cacheOpen ? cacheTotal(value) : 0;
  }
}
