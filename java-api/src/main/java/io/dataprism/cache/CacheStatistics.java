package io.dataprism.cache;

import java.util.Map;

/// What a cache has done since its engine was opened, and what it holds.
///
/// Each query that was run with the cache is counted as one of hit, miss and bypass, and so is each computation of
/// [io.dataprism.Query#compute].
///
/// @param hits queries whose rows, or computations whose values were there
/// @param misses queries and computations that were run, and whose rows or values were kept if they could be
/// @param bypasses queries and computations that were run because nothing of them may be kept, by reason
/// @param refused misses of which nothing was kept: it took more than one entry may, or than the memory budget had
/// @param evictions results and values that went because others needed the room
/// @param invalidations results and values that were found out of date when they were asked for
/// @param entries how many results and values are kept
/// @param bytes how many bytes they take: the Arrow buffers, what values are said to take, and the texts and parameters
///   that they are found by
/// @param maxBytes how many bytes they may take
/// @param analyses statements whose analysis was kept, or had to be made
/// @param plans runs of prepared statements with a plan that the session had kept, or that had to be made; in the whole
///   engine, with or without the cache. DuckDB makes one for each run of a statement that reads tables, or that has a
///   parameter whose type is open: of such a statement only the parsed text is kept.
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
