package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.internal.execution.Limits;
import io.dataprism.internal.execution.SessionSource;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.job.JobTarget;

/// What a job is to do. Immutable.
///
/// @param source where it gets its sessions
/// @param workers those of its engine, whose queries it lets go first
public record JobSpec(
    SessionSource source, WorkerPool workers, String sql, ParameterList parameters, Limits limits, JobTarget target) {
  JobSteps begin() {
    return switch (target) {
      case JobTarget.Table table -> new RowSteps(this, new TableSink(table.sql()));
      case JobTarget.File file -> new RowSteps(this, new FileSink(file));
      case JobTarget.None none -> new StatementSteps(this);
    };
  }
}
