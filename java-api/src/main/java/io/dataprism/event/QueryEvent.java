package io.dataprism.event;

/// Something that has happened to a query.
public sealed interface QueryEvent extends EngineEvent permits QueryEnded, QueryStarted {
  /// A number that no other query of the process has.
  long queryId();

  /// The SQL, cut after 1,000 characters. Values of parameters are in no event.
  String sql();
}
