package io.dataprism.internal.execution;

import io.dataprism.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/// Why a query is stopped from outside.
enum StopReason {
  CANCELLED(ErrorCode.INTERRUPTED, "the query was cancelled", null),
  THREAD_INTERRUPTED(ErrorCode.INTERRUPTED, "the thread that waited for the query was interrupted", null),
  TIME_LIMIT(
      ErrorCode.TIME_LIMIT,
      "the query took longer than its time limit",
      "give it more time, or make it do less: EXPLAIN ANALYZE tells where its time goes");

  final ErrorCode code;
  final String message;
  final @Nullable String hint;

  StopReason(ErrorCode code, String message, @Nullable String hint) {
    this.code = code;
    this.message = message;
    this.hint = hint;
  }
}
