package io.dataprism.event;

import java.time.Instant;

/// Something that has happened in an engine. Immutable.
public sealed interface EngineEvent
    permits DataChanged, DefinitionChanged, EngineClosed, EngineFailed, EngineOpened, QueryEvent {
  /// The place among all events of the engine, counted from 1 without gaps.
  long sequence();

  /// When it happened.
  Instant time();
}
