package io.dataprism.catalog;

import java.util.Optional;

/// A view.
///
/// @param name the full name
/// @param temporary whether it belongs to a session and goes with it
/// @param comment what `COMMENT ON VIEW` says
/// @param sql a statement that would create it
public record ViewInfo(TableName name, boolean temporary, Optional<String> comment, String sql) {}
