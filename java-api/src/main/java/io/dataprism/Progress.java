package io.dataprism;

import java.time.Duration;

/// How far a query is. Nothing in it ever goes back; it may stand still for a while.
///
/// @param fraction DuckDB's estimate of what has been done, from 0 to 1; below zero where there is none, as for most
///   short queries
/// @param rows how many rows of the result have been pulled
/// @param elapsed since the query was started
public record Progress(double fraction, long rows, Duration elapsed) {}
