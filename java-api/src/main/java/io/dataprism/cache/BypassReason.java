package io.dataprism.cache;

/// Why a query was run without the cache.
public enum BypassReason {
  /// The text is not one SELECT alone.
  NOT_A_SELECT,
  /// It would give other rows when it is run again: it reads the clock, draws random numbers or takes a sample.
  NON_DETERMINISTIC,
  /// It reads what is not known to stay as it is: tables of the system, temporary tables, databases of other systems.
  UNTRACKED_SOURCE,
  /// It reads files that are remote, missing, no regular files, or named by a parameter or a search path.
  FILE,
  /// A file that it reads was written a moment ago, so that another write might not show in its time.
  RECENTLY_WRITTEN_FILE,
  /// A parameter has no SQL type; or it is cast to one that was given as text, or cast to or from a type with a time
  /// zone, so that more than the parameter itself decides about its value.
  PARAMETER,
  /// Tables or views were redefined again and again while the statement was looked at.
  CHANGING_DEFINITIONS,
  /// A trigger, or a function that runs statements, might change tables unseen.
  HIDDEN_WRITES,
  /// It contains what is not known to be safe to keep, or what DuckDB does not accept.
  NOT_UNDERSTOOD
}
