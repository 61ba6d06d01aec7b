package io.dataprism.internal.execution;

import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.StatementProfile;
import io.dataprism.error.DataPrismException;
import io.dataprism.metrics.QueryProfile;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Takes what DuckDB has measured of the last statement of a session.
final class ProfileReader {
  private ProfileReader() {}

  /// Ends the measuring.
  ///
  /// @return what was measured; null where the session has nothing to tell any more
  static @Nullable QueryProfile take(SessionHandle session) {
    try {
      StatementProfile measured = session.profile();
      session.setProfiled(false);
      return profile(measured);
    } catch (DataPrismException e) {
      // A session that was closed, that somebody uses for something else by now, or whose database a fatal error has
      // made unusable, has nothing to tell of this query, which is not to fail for that.
      return null;
    }
  }

  private static QueryProfile profile(StatementProfile measured) {
    return new QueryProfile(
        seconds(measured.total()),
        seconds(measured.operators()),
        seconds(measured.binding()),
        seconds(measured.optimizing()),
        seconds(measured.physicalPlanning()),
        measured.rowsScanned(),
        measured.peakMemory(),
        measured.peakSpilled(),
        measured.bytesRead(),
        measured.bytesWritten());
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
