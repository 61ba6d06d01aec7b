package io.dataprism.event;

import java.time.Instant;

/// The engine is closed: the last of its events.
public record EngineClosed(long sequence, Instant time) implements EngineEvent {}
