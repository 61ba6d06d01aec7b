package io.dataprism.catalog;

import java.util.List;
import java.util.Optional;

/// A constraint of a table.
///
/// @param name the name, which DuckDB makes up
/// @param kind what DuckDB calls it: `PRIMARY KEY`, `UNIQUE`, `FOREIGN KEY`, `CHECK` or `NOT NULL`
/// @param columns the columns that it is about
/// @param sql the constraint as `CREATE TABLE` writes it
/// @param referencedTable the name of the table that a foreign key refers to
/// @param referencedColumns the columns that a foreign key refers to
public record ConstraintInfo(
    String name,
    String kind,
    List<String> columns,
    String sql,
    Optional<String> referencedTable,
    List<String> referencedColumns) {}
