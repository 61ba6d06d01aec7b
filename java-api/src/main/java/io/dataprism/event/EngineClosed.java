package io.dataprism.event;

import java.time.Instant;

/// The engine is closed: the last of its events. A query that closing it has stopped may end later, which is told to
/// nobody.
public record EngineClosed(long sequence, Instant time) implements EngineEvent {}
