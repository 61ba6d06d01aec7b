package io.dataprism.benchmarks.function;

/// The queries of the measures, each with a function written in Java and with what SQL has for it.
public final class FunctionQueries {
  /// Calls a function for each row.
  public static final String SCALAR = "SELECT count(*), sum(multiply_add(a, b, c)) FROM numbers";

  /// The same in SQL's own operators.
  public static final String SCALAR_IN_SQL = "SELECT count(*), sum(a * b + c) FROM numbers";

  /// Calls a function of all rows.
  public static final String AGGREGATE = "SELECT count(*), sum_products(a, b) FROM numbers";

  /// The same by SQL's own function.
  public static final String AGGREGATE_IN_SQL = "SELECT count(*), sum(a * b) FROM numbers";

  /// Calls a function of the rows of each group.
  public static final String GROUPED =
      "SELECT sum(n)::BIGINT, sum(s) FROM (SELECT count(*) AS n, sum_products(a, b) AS s FROM numbers GROUP BY g)";

  /// The same by SQL's own function.
  public static final String GROUPED_IN_SQL =
      "SELECT sum(n)::BIGINT, sum(s) FROM (SELECT count(*) AS n, sum(a * b) AS s FROM numbers GROUP BY g)";

  /// Calls a function that gives a table.
  ///
  /// @param rows how many rows it gives
  public static String table(long rows) {
    return "SELECT count(*), sum(i)::DOUBLE + sum(d) FROM series(" + rows + ")";
  }

  /// The same by SQL's own function.
  public static String tableInSql(long rows) {
    return "SELECT count(*), sum(i)::DOUBLE + sum(d) FROM (SELECT range AS i, range / 2 AS d FROM range(" + rows + "))";
  }

  private FunctionQueries() {}
}
