package io.dataprism.cache;

import io.dataprism.error.ClosedException;

/// The results that an engine keeps, and the values that [io.dataprism.Query#compute] has made of results. Thread-safe.
///
/// A result is found by the exact SQL and its parameters with their types, and is given only as long as everything that
/// it was computed from is as it was: tables, views, macros, types, settings and files. A value is found by the name of
/// its computation as well. Closing the engine drops all.
public interface ResultCache {
  /// What the cache has done, and what it holds.
  ///
  /// @throws ClosedException if the engine is closed
  CacheStatistics statistics();

  /// Drops all results and values. Those that are being read stay readable.
  void clear();
}
