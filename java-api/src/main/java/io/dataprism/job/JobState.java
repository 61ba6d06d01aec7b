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
  /// It has ended with an error. Its target is not there; of several statements without a target, the first ones may
  /// have run.
  FAILED,
  /// It was cancelled, which leaves as much behind as a failure does.
  CANCELLED;

  /// Whether a job in this state stays in it.
  public boolean isEnd() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
