package io.dataprism.internal.execution;

import io.dataprism.Progress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What one query is run with. Immutable.
///
/// @param timeLimit how long it may take from its start to its last row, or null
/// @param listener who is told how far it is, or null
/// @param group in whose turn it is served where it waits for a worker, or null
public record Limits(@Nullable Duration timeLimit, @Nullable Consumer<Progress> listener, @Nullable String group) {
  /// None.
  public static final Limits NONE = new Limits(null, null, null);
}
