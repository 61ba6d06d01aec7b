package io.dataprism.internal.job;

import io.dataprism.bindings.StatementEffect;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.QueryObserver;
import java.util.List;

/// Tells what the statements have done by which a job writes its rows, but not that there are such: the job is one
/// query, and its calls are those of that.
///
/// @param engine who is told
/// @param job the query of the job, which does not end before its rows are written
record WriterObserver(QueryObserver engine, ActiveQuery job) implements QueryObserver {
  @Override
  public void started(ActiveQuery query) {}

  @Override
  public void ended(ActiveQuery query) {}

  @Override
  public boolean wantsEffects() {
    return engine.wantsEffects();
  }

  @Override
  public void effects(List<StatementEffect> effects) {
    engine.effects(effects);
  }

  @Override
  public void inCall(ActiveQuery query, long elapsedNanos) {
    engine.inCall(job, elapsedNanos);
  }
}
