package io.dataprism.cache;

import java.util.Map;

/// What a cache has done since its engine was opened, and what it holds.
///
/// Each query that was run with the cache is counted as one of hit, miss and bypass.
///
/// @param hits queries whose rows were there
/// @param misses queries that were run, and whose rows were kept if they could be
/// @param bypasses queries that were run because their rows may not be kept, by reason
/// @param refused misses whose rows were not kept: they took more than one entry may, or than the memory budget had
/// @param evictions results that went because others needed the room
/// @param invalidations results that were found out of date when they were asked for
/// @param entries how many results are kept
/// @param bytes how many bytes they take: the Arrow buffers, and the texts and parameters they are found by
/// @param maxBytes how many bytes they may take
/// @param analyses statements whose analysis was kept, or had to be made
/// @param plans prepared statements whose plan a session had kept, or had to make; in the whole engine, with or without
///   the cache
public record CacheStatistics(
    long hits,
    long misses,
    Map<BypassReason, Long> bypasses,
    long refused,
    long evictions,
    long invalidations,
    long entries,
    long bytes,
    long maxBytes,
    Kept analyses,
    Kept plans) {

  public CacheStatistics {
    bypasses = Map.copyOf(bypasses);
  }

  /// How often something was there, and how often it had to be made.
  ///
  /// @param hits how often it was there
  /// @param misses how often it had to be made
  public record Kept(long hits, long misses) {}

  /// All queries that were run because their rows may not be kept.
  public long bypassed() {
    return bypasses.values().stream().mapToLong(Long::longValue).sum();
  }
}
