package io.dataprism.function;

import org.jspecify.annotations.Nullable;

/// A function that computes the result of one row. Several threads call it.
@FunctionalInterface
public interface RowFunction {
  /// Computes a result.
  ///
  /// @param in the arguments of this row and others, valid during the call
  /// @param row which row
  /// @return the result, as [ResultWriter#set] takes it; null for NULL
  /// @throws Exception what it throws becomes the cause of the query's failure
  @Nullable Object apply(Arguments in, long row) throws Exception;
}
