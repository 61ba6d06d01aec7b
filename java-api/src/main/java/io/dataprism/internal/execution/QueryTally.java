package io.dataprism.internal.execution;

import io.dataprism.metrics.QueryMetrics;
import io.dataprism.metrics.QueryProfile;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one query has given and taken so far. Not thread-safe: its query guards it.
final class QueryTally {
  private long rows;
  private long batches;
  private long bytes;
  private long changedRows;
  private boolean fromCache;

  // Since the start: when the first call began; how long that took, and how long all calls have taken; when it ended.
  private long firstCallNanos = -1;
  private long startingNanos;
  private long callingNanos;
  private long endNanos = -1;
  private @Nullable QueryProfile profile;

  void addRows(long count) {
    rows += count;
  }

  void addBatch(long rowCount, long byteSize) {
    rows += rowCount;
    batches++;
    bytes += byteSize;
  }

  void addChangedRows(long count) {
    changedRows += count;
  }

  void foundInCache() {
    fromCache = true;
  }

  void addCall(long beginNanos, long takenNanos) {
    if (firstCallNanos < 0) {
      firstCallNanos = beginNanos;
      startingNanos = takenNanos;
    }
    callingNanos += takenNanos;
  }

  void measured(@Nullable QueryProfile by) {
    profile = by;
  }

  void end(long nanos) {
    endNanos = nanos;
  }

  long rows() {
    return rows;
  }

  /// What the query has taken up to its end, or up to now.
  QueryMetrics metrics(long now) {
    long total = endNanos >= 0 ? endNanos : now;
    return new QueryMetrics(
        Duration.ofNanos(firstCallNanos < 0 ? total : firstCallNanos),
        Duration.ofNanos(startingNanos),
        Duration.ofNanos(callingNanos - startingNanos),
        Duration.ofNanos(total),
        rows,
        batches,
        bytes,
        changedRows,
        fromCache,
        Optional.ofNullable(profile));
  }
}
