package io.dataprism.benchmarks.function;

/// The queries of the measures, each with a function written in Java and with what SQL has for it.
public final class FunctionQueries {
  /// Calls a function for each row.
  public static final String SCALAR = "SELECT count(*), sum(multiply_add(a, b, c)) FROM numbers";

  /// The same in SQL's own operators.
  public static final String SCALAR_IN_SQL = "SELECT count(*), sum(a * b + c) FROM numbers";

  private FunctionQueries() {}
}
