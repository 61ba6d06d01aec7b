package io.dataprism.event;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// Rows of a table were changed, and others can see it: what a transaction changes is told when it is committed. One
/// statement is one event, and so is a batch of parameters. Temporary tables belong to their session, and are not told
/// of where the statement names them as such: `temp.t`.
///
/// @param change what was done
/// @param table the table as the statement names it, without quotes, such as `main.sales`; empty where that is not
///   certain, as after WITH
/// @param rows how many rows were changed, if that is known: it is not for a statement that was run for the rows that
///   it returns
public record DataChanged(long sequence, Instant time, Change change, Optional<String> table, OptionalLong rows)
    implements EngineEvent {

  /// What can be done to rows.
  public enum Change {
    /// They were added.
    INSERT,
    /// They were changed.
    UPDATE,
    /// They were removed.
    DELETE,
    /// They were added, changed or removed by a MERGE.
    MERGE,
    /// They were added by a COPY from a file.
    COPY
  }
}
