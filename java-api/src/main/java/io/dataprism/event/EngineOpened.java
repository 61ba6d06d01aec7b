package io.dataprism.event;

import java.time.Instant;

/// The engine was opened.
public record EngineOpened(long sequence, Instant time) implements EngineEvent {}
