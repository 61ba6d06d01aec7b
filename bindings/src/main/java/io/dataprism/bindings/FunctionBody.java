package io.dataprism.bindings;

/// What a function does. Called on DuckDB's threads, several at once.
@FunctionalInterface
public interface FunctionBody {
  /// Makes one step; what it throws becomes the cause of the query's failure.
  void run(FunctionCall call) throws Throwable;
}
