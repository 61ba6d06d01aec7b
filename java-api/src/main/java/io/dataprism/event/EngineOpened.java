package io.dataprism.event;

import java.time.Instant;
import java.util.Optional;

/// The engine was opened.
///
/// @param database the database file; empty for a database in memory
public record EngineOpened(long sequence, Instant time, Optional<String> database) implements EngineEvent {}
