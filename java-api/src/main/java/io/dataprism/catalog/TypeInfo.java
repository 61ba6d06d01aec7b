package io.dataprism.catalog;

import java.util.List;
import java.util.Optional;

/// A type that `CREATE TYPE` has made: an enumeration, or another name for a type.
///
/// @param database the database; temporary types are in `temp`
/// @param schemaPath the schema, preceded by those that it lies in if it is nested
/// @param name the name of the type itself
/// @param temporary whether it belongs to a session and goes with it
/// @param baseType the kind of type that it is, in lower case and without parts of its own: `enum`, `struct`, `integer`
/// @param labels the values of an enumeration in their order; empty for any other type
/// @param comment what `COMMENT ON TYPE` says
public record TypeInfo(
    String database,
    List<String> schemaPath,
    String name,
    boolean temporary,
    String baseType,
    List<String> labels,
    Optional<String> comment) {}
