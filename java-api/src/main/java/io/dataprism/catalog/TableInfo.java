package io.dataprism.catalog;

import java.util.Optional;

/// A table.
///
/// @param name the full name
/// @param temporary whether it belongs to a session and goes with it
/// @param columnCount how many columns it has
/// @param estimatedRows how many rows DuckDB reckons with when it plans: after deletions it may be too many until a
///   checkpoint; empty if DuckDB has no idea. [Catalog#countRows] counts.
/// @param comment what `COMMENT ON TABLE` says
/// @param sql a statement that would create it, without its rows
public record TableInfo(
    TableName name,
    boolean temporary,
    long columnCount,
    Optional<Long> estimatedRows,
    Optional<String> comment,
    String sql) {}
