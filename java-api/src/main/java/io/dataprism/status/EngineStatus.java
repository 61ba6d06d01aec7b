package io.dataprism.status;

import io.dataprism.LiveHandles;
import io.dataprism.error.ErrorCode;
import io.dataprism.memory.EngineMemory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// What an engine is in at one moment.
///
/// @param state what the engine is in
/// @param duckdbVersion the version of DuckDB inside, such as `v2.0.0`; empty until the engine has started
/// @param libraryVersion the version of the native library; empty until the engine has started
/// @param database the database file; empty for a database in memory
/// @param since when the engine started; empty if it has not
/// @param open what is open on the engine
/// @param running how many sessions run a statement, or have a result that has not been read to its end
/// @param queued how many queries wait for a worker
/// @param workersBusy how many workers do something
/// @param memory what the engine uses; empty where it is not running, or cannot tell after a fatal error
/// @param lastFailure the last failure that was no fault of a statement: the engine could not start, memory ran out,
///   reading or writing failed, or there was a fault inside
public record EngineStatus(
    State state,
    Optional<String> duckdbVersion,
    Optional<String> libraryVersion,
    Optional<Path> database,
    Optional<Instant> since,
    LiveHandles open,
    int running,
    int queued,
    int workersBusy,
    Optional<EngineMemory> memory,
    Optional<Failure> lastFailure) {

  /// What an engine is in.
  public enum State {
    /// Opened lazily and not used yet.
    NOT_STARTED,
    /// Open.
    RUNNING,
    /// It could not be started, and its next use tries again; or a fatal error has made its database unusable, and it
    /// has to be closed.
    FAILED,
    /// Closed.
    CLOSED
  }

  /// What went wrong.
  ///
  /// @param at when
  /// @param code the kind of failure
  /// @param message the message of the exception
  public record Failure(Instant at, ErrorCode code, String message) {}
}
