package io.dataprism.bindings;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where calls are made that may block in native code. A call gives back nothing that belongs to the thread it ran on.
@FunctionalInterface
public interface CallRunner {
  /// Makes a call and waits for its outcome.
  <T extends @Nullable Object> T run(Supplier<T> call);
}
