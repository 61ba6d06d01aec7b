package io.dataprism.internal.cache;

/// Whether a query uses a cache.
///
/// @param cache the engine's
/// @param wanted whether the query uses it
public record CacheUse(QueryCache cache, boolean wanted) {}
