package io.dataprism.internal.cache;

import io.dataprism.cache.ResultCache;

/// Whether a query uses a cache.
///
/// @param cache the engine's
/// @param wanted whether the query uses it
public record CacheUse(QueryCache cache, boolean wanted) {
  /// The cache as its users see it. The conversion is made here, because making it in a class of every start would load
  /// the interface at every start.
  public ResultCache results() {
    return cache;
  }
}
