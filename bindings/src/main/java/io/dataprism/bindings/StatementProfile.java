package io.dataprism.bindings;

/// What DuckDB measured of a statement. Times are in seconds, sizes in bytes.
///
/// @param total from its start to its end
/// @param operators the time of all threads in the operators of the plan
/// @param binding looking up names and types
/// @param optimizing making the plan better
/// @param physicalPlanning choosing how each operator is run
/// @param rowsScanned how many rows were read from tables and files
/// @param peakMemory what the database's buffers took at most meanwhile
/// @param peakSpilled what was in the temporary directory at most meanwhile
/// @param bytesRead what was read from files
/// @param bytesWritten what was written to files
public record StatementProfile(
    double total,
    double operators,
    double binding,
    double optimizing,
    double physicalPlanning,
    long rowsScanned,
    long peakMemory,
    long peakSpilled,
    long bytesRead,
    long bytesWritten) {}
