package io.dataprism.metrics;

import java.time.Duration;

/// What DuckDB measured inside of one statement. Of a text of several statements it speaks of the last one.
///
/// @param total from the start of the statement to its end, the time that its rows waited to be fetched included
/// @param operators the time that all threads together spent in the operators of the plan
/// @param binding looking up names and types
/// @param optimizing making the plan better
/// @param physicalPlanning choosing how each operator is run
/// @param rowsScanned how many rows were read from tables and files
/// @param peakMemoryBytes what the engine's buffers took at most meanwhile, those of other statements included
/// @param peakSpilledBytes what was in the temporary directory at most meanwhile, that of other statements included
/// @param readBytes what was read from files, temporary ones included
/// @param writtenBytes what was written to files, temporary ones included
public record QueryProfile(
    Duration total,
    Duration operators,
    Duration binding,
    Duration optimizing,
    Duration physicalPlanning,
    long rowsScanned,
    long peakMemoryBytes,
    long peakSpilledBytes,
    long readBytes,
    long writtenBytes) {}
