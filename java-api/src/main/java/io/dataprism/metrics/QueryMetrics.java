package io.dataprism.metrics;

import java.time.Duration;
import java.util.Optional;

/// What one query has taken: up to its end, or up to now if it has not ended.
///
/// Its phases follow each other: it waits for a worker (not on a platform thread), it is started, and its rows are
/// fetched. What is left of the total is the time in which nobody asked for rows.
///
/// @param queued how long it waited before its first native call
/// @param starting the first native call: parsing and planning, and for a statement that writes also running it
/// @param fetching the native calls after that, in which DuckDB computed and converted rows
/// @param total from its start to its end
/// @param rows how many rows it has given
/// @param batches in how many record batches
/// @param bytes how many bytes of native memory these batches took, one after the other
/// @param changedRows how many rows it has inserted, updated and deleted, as far as it was run for that number
/// @param fromCache whether its rows, or what was computed from them, had been kept by the engine's cache
/// @param profile what DuckDB measured of it, if that was asked for and the query ran
public record QueryMetrics(
    Duration queued,
    Duration starting,
    Duration fetching,
    Duration total,
    long rows,
    long batches,
    long bytes,
    long changedRows,
    boolean fromCache,
    Optional<QueryProfile> profile) {}
