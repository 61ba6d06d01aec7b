package io.dataprism.internal.job;

import io.dataprism.Progress;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.execution.ActiveQuery;
import org.jspecify.annotations.Nullable;

/// Statements that are run for their effect: one step.
final class StatementSteps implements JobSteps {
  private final JobSpec spec;
  private final ActiveQuery query;
  private long rows;

  StatementSteps(JobSpec spec) {
    this.spec = spec;
    this.query = ActiveQuery.beginInBackground(spec.reading(), spec.sql(), spec.options());
  }

  @Override
  public boolean step() {
    rows = query.addChangedRows(JobSteps.call(query, () -> query.session().execute(spec.sql(), spec.parameters())));
    return false;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public Progress progress() {
    return query.progress();
  }

  @Override
  public void setPaused(boolean paused) {
    JobSteps.pauseClock(query, paused);
  }

  @Override
  public void cancel() {
    query.cancel();
  }

  @Override
  public void close(@Nullable ErrorCode outcome) {
    query.endAs(outcome);
  }
}
