package io.dataprism.event;

import io.dataprism.error.ErrorCode;
import io.dataprism.metrics.QueryMetrics;
import java.time.Instant;
import java.util.Optional;

/// A query has ended and given back what it held.
///
/// @param outcome how it ended
/// @param error with which error it ended, if it did
/// @param metrics what it has taken
public record QueryEnded(
    long sequence,
    Instant time,
    long queryId,
    String sql,
    Outcome outcome,
    Optional<ErrorCode> error,
    QueryMetrics metrics)
    implements QueryEvent {

  /// How a query can end.
  public enum Outcome {
    /// It was read to its end, or closed before by its reader.
    SUCCEEDED,
    /// It failed.
    FAILED,
    /// It was cancelled or interrupted, or ran out of time.
    CANCELLED
  }
}
