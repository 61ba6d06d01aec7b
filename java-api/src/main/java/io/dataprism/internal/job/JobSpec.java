package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.QueryOptions;
import io.dataprism.job.JobTarget;

/// What a job is to do. Immutable.
///
/// @param reading where its query runs
/// @param writing where its rows are written: in sessions of the engine's own
public record JobSpec(
    ExecutionContext reading,
    ExecutionContext writing,
    String sql,
    ParameterList parameters,
    QueryOptions options,
    JobTarget target) {
  JobSteps begin() {
    return switch (target) {
      case JobTarget.Table table -> new RowSteps(this, new TableSink(table.sql()));
      case JobTarget.File file -> new RowSteps(this, new FileSink(file));
      case JobTarget.None none -> new StatementSteps(this);
    };
  }
}
