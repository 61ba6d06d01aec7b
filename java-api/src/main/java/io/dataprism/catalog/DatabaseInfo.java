package io.dataprism.catalog;

import java.util.Optional;

/// A database that is attached to an engine: the one that it was opened on, or another.
///
/// @param name the name that SQL knows it by
/// @param path the file, as it was given to DuckDB; empty for a database in memory
/// @param type the kind of database, such as `duckdb`, or another one for which there is an extension
/// @param readOnly whether it was attached to be read only
/// @param encrypted whether its file is encrypted
public record DatabaseInfo(String name, Optional<String> path, String type, boolean readOnly, boolean encrypted) {}
