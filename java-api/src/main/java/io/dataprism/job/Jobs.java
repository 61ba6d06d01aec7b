package io.dataprism.job;

import java.util.List;
import java.util.Optional;

/// The background jobs of an engine. [io.dataprism.Engine#jobs()] gives them. Thread-safe.
public interface Jobs {
  /// How many jobs that have ended are kept. Where there are more, those that ended first are forgotten.
  int KEPT = 1_000;

  /// All jobs that have not ended, and the last [#KEPT] that have, in the order in which they were submitted.
  List<Job> list();

  /// The job with a number, unless it has been forgotten.
  Optional<Job> find(long id);
}
