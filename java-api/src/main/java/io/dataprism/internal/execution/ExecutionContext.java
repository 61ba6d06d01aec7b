package io.dataprism.internal.execution;

/// What the queries of an engine, of a session or of a transaction are run with. Immutable.
///
/// @param source where they get their sessions
/// @param workers who makes the native calls of those who must not block
/// @param observer who is told of them
public record ExecutionContext(SessionSource source, WorkerPool workers, QueryObserver observer) {
  /// The same with other sessions.
  public ExecutionContext in(SessionSource other) {
    return new ExecutionContext(other, workers, observer);
  }

  /// The same with somebody else who is told.
  public ExecutionContext observedBy(QueryObserver other) {
    return new ExecutionContext(source, workers, other);
  }

  /// The same with nobody who is told.
  public ExecutionContext unobserved() {
    return observedBy(QueryObserver.NOBODY);
  }
}
