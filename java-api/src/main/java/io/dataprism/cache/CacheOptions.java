package io.dataprism.cache;

import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;

/// How an engine keeps results. Immutable.
///
/// @param maxBytes how many bytes all kept results and values may take; what was used least goes first
/// @param maxEntryBytes how many bytes one of them may take, at most 2 GiB - 1; larger ones are not kept
/// @param allQueries whether every query of the engine uses the cache, rather than those that ask for it
public record CacheOptions(long maxBytes, long maxEntryBytes, boolean allQueries) {
  private static final int PARTS = 8;

  /// @throws ConfigurationException if a size is not positive, or one entry may take more than all
  public CacheOptions {
    if (maxBytes <= 0 || maxEntryBytes <= 0) {
      throw configuration("a cache of " + maxBytes + " bytes with entries of " + maxEntryBytes + " holds nothing");
    }
    if (maxEntryBytes > maxBytes || maxEntryBytes > Integer.MAX_VALUE) {
      throw configuration(
          "an entry of " + maxEntryBytes + " bytes does not fit a cache of " + maxBytes + " bytes, or 2 GiB - 1");
    }
  }

  /// A cache for the queries that ask for it by [io.dataprism.Query#cached()]. One result may take an eighth of it.
  ///
  /// @param maxBytes how many bytes all kept results may take
  /// @throws ConfigurationException if the size is not positive
  public static CacheOptions ofBytes(long maxBytes) {
    long entry = Math.clamp(maxBytes / PARTS, Math.min(1, maxBytes), Integer.MAX_VALUE);
    return new CacheOptions(maxBytes, entry, false);
  }

  /// The cache with another limit for one result.
  ///
  /// @param bytes at most 2 GiB - 1
  /// @throws ConfigurationException if the limit is not positive, or more than all results may take
  public CacheOptions withMaxEntryBytes(long bytes) {
    return new CacheOptions(maxBytes, bytes, allQueries);
  }

  /// The cache for every query of the engine, but for those that say [io.dataprism.Query#uncached()].
  public CacheOptions forAllQueries() {
    return new CacheOptions(maxBytes, maxEntryBytes, true);
  }

  private static ConfigurationException configuration(String message) {
    return new ConfigurationException(
        Details.of(ErrorCode.CONFIGURATION, message, "give positive sizes, and an entry no more than the whole cache"));
  }
}
