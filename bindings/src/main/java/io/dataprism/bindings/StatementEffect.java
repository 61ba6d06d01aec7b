package io.dataprism.bindings;

import org.jspecify.annotations.Nullable;

/// What a statement has done to a table or another object.
///
/// @param modification what was done
/// @param object what kind of object was made, changed or removed; a table where rows were
/// @param rows how many rows were changed; below zero where that is not known, or none could be
/// @param name the object as the statement names it, without quotes; null where that is not certain
public record StatementEffect(Modification modification, ObjectKind object, long rows, @Nullable String name) {
  /// How a statement has changed rows or definitions; in the order of `dp_modification`.
  public enum Modification {
    /// It has added rows.
    INSERT,
    /// It has changed rows.
    UPDATE,
    /// It has removed rows.
    DELETE,
    /// It has added, changed and removed rows.
    MERGE,
    /// It has added rows from a file.
    COPY,
    /// It has made an object.
    CREATE,
    /// It has changed the definition of an object.
    ALTER,
    /// It has removed an object.
    DROP;

    private static final Modification[] VALUES = values();

    static Modification of(int number) {
      return VALUES[number - 1];
    }
  }

  /// What kind of object it was; in the order of `dp_object_kind`.
  public enum ObjectKind {
    /// Nobody can tell, or it is none of the others.
    OTHER,
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
    /// A macro.
    MACRO,
    /// A type.
    TYPE;

    private static final ObjectKind[] VALUES = values();

    static ObjectKind of(int number) {
      return VALUES[number];
    }
  }
}
