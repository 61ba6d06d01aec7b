package io.dataprism.function;

/// A function that computes the results of many rows at once. Several threads call it.
@FunctionalInterface
public interface VectorFunction {
  /// Computes results. A row for which none is set is NULL.
  ///
  /// @param in the arguments, valid during the call
  /// @param out where the results go, valid during the call
  /// @throws Exception what it throws becomes the cause of the query's failure
  void apply(Arguments in, ResultWriter out) throws Exception;
}
