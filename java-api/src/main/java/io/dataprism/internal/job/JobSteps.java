package io.dataprism.internal.job;

import io.dataprism.Progress;

/// What a job does, step by step. Used by one thread at a time, but for [#cancel()] and [#progress()].
interface JobSteps {
  /// Does one step. Between two of them the job may be paused.
  ///
  /// @return whether there are more
  boolean step();

  /// How many rows have been written, or changed.
  long rows();

  /// How far it is; may be called from any thread.
  Progress progress();

  /// Stops the step that is being done, and all later ones; may be called from any thread.
  void cancel();

  /// Gives everything back, and undoes what the steps have done unless the last one was done.
  void close();
}
