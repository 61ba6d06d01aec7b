package io.dataprism.job;

/// Where a [Job] is on its way.
public enum JobState {
  /// It waits for its turn.
  QUEUED,
  /// It runs.
  RUNNING,
  /// It was paused, and goes on only when it is resumed.
  PAUSED,
  /// It has ended, and its result is there.
  SUCCEEDED,
  /// It has ended with an error, and left nothing behind.
  FAILED,
  /// It was cancelled, and has left nothing behind.
  CANCELLED;

  /// Whether a job in this state stays in it.
  public boolean isEnd() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
