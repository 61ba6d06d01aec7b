package io.dataprism.catalog;

import java.util.Map;
import java.util.Optional;

/// How DuckDB stores a column of a table. Rows are kept in row groups of up to 122,880, and in each the column in
/// segments: for its values, for which of them are NULL, and for the parts of nested types.
///
/// DuckDB does not tell how many bytes a column takes. The blocks of its file say most, and [DatabaseStorage] tells how
/// large these are.
///
/// @param column the name of the column
/// @param rowGroups how many row groups it has
/// @param segments how many segments it has
/// @param persistentSegments how many of the segments are in the database file. The others are in memory: all of a
///   table in memory or of a temporary one, and of a file those since the last checkpoint.
/// @param compression how many segments there are of each kind of compression, by what DuckDB calls the kind, such as
///   `BitPacking` or `Uncompressed`. Segments in memory are compressed when they are written.
/// @param blocks how many blocks of the file hold segments of this column; segments of other columns may be in them,
///   too, and a segment whose values are all alike needs none. Empty if nothing of the column is in a file.
public record ColumnStorage(
    String column,
    long rowGroups,
    long segments,
    long persistentSegments,
    Map<String, Long> compression,
    Optional<Long> blocks) {}
