package io.dataprism.internal.cache;

import io.dataprism.cache.BypassReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a statement reads, as long as the names in it mean what they meant. Immutable.
final class Reads {
  private final @Nullable BypassReason bypass;
  private final int[] counters;
  private final long definitions;
  private final List<String> files;

  /// @param bypass why its rows may not be kept, or null if they may
  /// @param counters of changes of all names in it, and in the views and macros that it uses
  /// @param definitions where the counters of definitions stood when this was found out
  /// @param files names and patterns of the files that it reads
  Reads(@Nullable BypassReason bypass, int[] counters, long definitions, List<String> files) {
    this.bypass = bypass;
    this.counters = counters;
    this.definitions = definitions;
    this.files = files;
  }

  @Nullable BypassReason bypass() {
    return bypass;
  }

  int[] counters() {
    return counters;
  }

  long definitions() {
    return definitions;
  }

  List<String> files() {
    return files;
  }
}
