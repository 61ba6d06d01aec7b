package io.dataprism.event;

import java.time.Instant;
import java.util.Optional;

/// A table or another object was made, changed or removed, and others can see it: what a transaction does is told when
/// it is committed. Temporary objects belong to their session and are not told of.
///
/// Told is what a statement did that succeeded: a CREATE that may find the object there, because of IF NOT EXISTS, is
/// told as well, and so is a DROP IF EXISTS that finds nothing.
///
/// @param change what was done
/// @param kind to what kind of object
/// @param name the object as the statement names it, without quotes; empty where that is not certain
public record DefinitionChanged(long sequence, Instant time, Change change, Kind kind, Optional<String> name)
    implements EngineEvent {

  /// What can be done to an object.
  public enum Change {
    /// It was made, or replaced.
    CREATED,
    /// It was changed, such as renamed or given another column.
    ALTERED,
    /// It was removed.
    DROPPED
  }

  /// What there is.
  public enum Kind {
    /// A table.
    TABLE,
    /// A view.
    VIEW,
    /// An index.
    INDEX,
    /// A schema.
    SCHEMA,
    /// A sequence.
    SEQUENCE,
    /// A macro, which SQL also calls a function.
    MACRO,
    /// A type.
    TYPE,
    /// Anything else.
    OTHER
  }
}
