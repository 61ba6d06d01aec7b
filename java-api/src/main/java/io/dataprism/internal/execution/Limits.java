package io.dataprism.internal.execution;

import io.dataprism.Progress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What one query is run with. Immutable.
///
/// @param timeLimit how long it may take from its start to its last row, or null
/// @param listener who is told how far it is, or null
public record Limits(@Nullable Duration timeLimit, @Nullable Consumer<Progress> listener) {
  /// None.
  public static final Limits NONE = new Limits(null, null);
}
