package io.dataprism.function;

import org.jspecify.annotations.Nullable;

/// A function of three arguments.
@FunctionalInterface
public interface TernaryFunction<A, B, C, R extends @Nullable Object> {
  /// The result for three arguments.
  R apply(A first, B second, C third);
}
