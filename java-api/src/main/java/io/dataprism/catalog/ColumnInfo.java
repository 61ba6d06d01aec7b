package io.dataprism.catalog;

import java.util.Optional;

/// A column of a table or view.
///
/// Of views DuckDB knows names, types and comments alone: their columns are always nullable, have no default and are in
/// no primary key.
///
/// @param name the name
/// @param position the place in its table, counted from 1
/// @param type the type as SQL writes it
/// @param nullable whether values may be NULL
/// @param primaryKey whether it is the primary key or a part of it
/// @param defaultValue the SQL expression for a value that INSERT leaves out
/// @param generatedAs the SQL expression that computes the values of a generated column
/// @param comment what `COMMENT ON COLUMN` says
public record ColumnInfo(
    String name,
    int position,
    String type,
    boolean nullable,
    boolean primaryKey,
    Optional<String> defaultValue,
    Optional<String> generatedAs,
    Optional<String> comment) {}
