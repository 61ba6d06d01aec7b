package io.dataprism.status;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Whether an engine works, as far as checks can find out. The checks of a running engine are
///
/// | name | what is done |
/// |---|---|
/// | `engine` | looks whether the engine is running, and whether a fatal error has made its database unusable |
/// | `query` | runs `SELECT 1` in a session |
/// | `database-file` | looks whether the file is there and may be written, unless the engine is read-only |
/// | `spill-directory` | writes a file to the temporary directory |
/// | `queue` | looks whether one more query may wait for a worker |
/// | `memory` | reserves a batch's worth of memory for a moment |
///
/// An engine that is closed, has failed to start, or has not been used since it was opened lazily has the first and the
/// `queue` alone; checking does not start it.
///
/// @param at when the checks were begun
/// @param checks each check and its outcome
public record Health(Instant at, List<Check> checks) {

  /// The outcome of a check.
  ///
  /// @param name which check it is
  /// @param ok whether everything is as it should be
  /// @param message what was found, and what to do about it where that is not as it should be
  public record Check(String name, boolean ok, String message) {}

  /// A health of checks that are copied.
  public Health {
    checks = List.copyOf(checks);
  }

  /// Whether no check has failed.
  public boolean isHealthy() {
    return failures().isEmpty();
  }

  /// The checks that have failed.
  public List<Check> failures() {
    return checks.stream().filter(check -> !check.ok()).toList();
  }

  /// The check of a name, if it was made.
  public Optional<Check> check(String name) {
    return checks.stream().filter(check -> check.name().equals(name)).findFirst();
  }
}
