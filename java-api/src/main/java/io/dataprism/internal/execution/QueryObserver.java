package io.dataprism.internal.execution;

import io.dataprism.bindings.StatementEffect;
import java.util.List;

/// Who is told of the queries of an engine. Called by the threads that run them, so it must neither wait nor throw.
public interface QueryObserver {
  /// Nobody.
  QueryObserver NOBODY =
      new QueryObserver() {
        @Override
        public void started(ActiveQuery query) {}

        @Override
        public void ended(ActiveQuery query) {}

        @Override
        public boolean wantsEffects() {
          return false;
        }

        @Override
        public void effects(List<StatementEffect> effects) {}

        @Override
        public void inCall(ActiveQuery query, long elapsedNanos) {}
      };

  /// A query was started, or has begun to wait for a worker.
  void started(ActiveQuery query);

  /// A query has ended; its metrics and its failure do not change any more.
  void ended(ActiveQuery query);

  /// Whether [#effects] is to be called.
  boolean wantsEffects();

  /// What statements have done that others can see now, in their order.
  void effects(List<StatementEffect> effects);

  /// A query is in a native call. Called again and again during it, by the thread that looks after all queries.
  ///
  /// @param elapsedNanos how long ago the query began
  void inCall(ActiveQuery query, long elapsedNanos);
}
