package io.dataprism.metrics;

import io.dataprism.error.ErrorCode;
import java.time.Duration;
import java.util.Map;

/// What all queries of an engine have taken that have ended. The numbers only grow.
///
/// @param succeeded how many queries were read to their end, or closed before by their reader
/// @param failed how many failed
/// @param cancelled how many were stopped: cancelled, interrupted or out of time
/// @param rows how many rows they have given
/// @param batches in how many record batches
/// @param bytes how many bytes of native memory these batches took
/// @param changedRows how many rows they have inserted, updated and deleted
/// @param time from start to end, of all queries together
/// @param errors how many have ended with an error, by its code; codes that did not occur are missing
public record QueryStatistics(
    long succeeded,
    long failed,
    long cancelled,
    long rows,
    long batches,
    long bytes,
    long changedRows,
    Duration time,
    Map<ErrorCode, Long> errors) {

  /// How many queries have ended.
  public long ended() {
    return succeeded + failed + cancelled;
  }
}
