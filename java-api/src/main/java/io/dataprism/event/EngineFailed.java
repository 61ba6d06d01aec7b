package io.dataprism.event;

import io.dataprism.error.ErrorCode;
import java.time.Instant;

/// The engine as a whole has failed: one that was opened lazily could not start, and its next use tries again; or a
/// fatal error has made its database unusable, which is told once, and the engine has to be closed.
///
/// @param error the kind of failure
/// @param message the message of the exception
public record EngineFailed(long sequence, Instant time, ErrorCode error, String message) implements EngineEvent {}
