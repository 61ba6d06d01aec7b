package io.dataprism.catalog;

import java.util.Optional;

/// An index that was created with `CREATE INDEX`. Those that DuckDB makes for constraints are not listed.
///
/// @param name the name, unique in its schema
/// @param unique whether it forbids equal keys
/// @param comment what `COMMENT ON INDEX` says
/// @param sql the statement that would create it
public record IndexInfo(String name, boolean unique, Optional<String> comment, String sql) {}
