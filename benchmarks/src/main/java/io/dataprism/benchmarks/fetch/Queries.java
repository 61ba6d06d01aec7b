package io.dataprism.benchmarks.fetch;

/// What is fetched, one query for each kind of rows.
public final class Queries {
  /// For [Fetcher#numbers].
  public static final String NUMBERS = "SELECT l_orderkey, l_quantity, l_extendedprice FROM lineitem";

  /// For [Fetcher#bytes] and [Fetcher#strings].
  public static final String TEXTS = "SELECT l_comment FROM lineitem";

  /// For [Fetcher#nested].
  public static final String NESTED = "SELECT parts, total FROM nested";

  private Queries() {}
}
