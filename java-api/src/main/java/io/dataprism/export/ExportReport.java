package io.dataprism.export;

import java.time.Duration;

/// What an export has written.
///
/// @param rows how many rows
/// @param bytes how many bytes the file or stream has got
/// @param elapsed from when the query was started
public record ExportReport(long rows, long bytes, Duration elapsed) {}
