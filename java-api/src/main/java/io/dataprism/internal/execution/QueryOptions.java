package io.dataprism.internal.execution;

import io.dataprism.Progress;
import io.dataprism.metrics.QueryMetrics;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How one query is to be run. Immutable.
///
/// @param timeLimit how long it may take from its start to its last row, or null
/// @param listener who is told how far it is, or null
/// @param group in whose turn it is served where it waits for a worker, or null
/// @param metrics who is told what it has taken, or null
/// @param profiled whether DuckDB measures it
public record QueryOptions(
    @Nullable Duration timeLimit,
    @Nullable Consumer<Progress> listener,
    @Nullable String group,
    @Nullable Consumer<QueryMetrics> metrics,
    boolean profiled) {
  /// None.
  public static final QueryOptions NONE = new QueryOptions(null, null, null, null, false);

  /// The same with a time limit.
  public QueryOptions withTimeLimit(@Nullable Duration limit) {
    return new QueryOptions(limit, listener, group, metrics, profiled);
  }

  /// The same with somebody who is told of the progress.
  public QueryOptions withListener(@Nullable Consumer<Progress> told) {
    return new QueryOptions(timeLimit, told, group, metrics, profiled);
  }

  /// The same in a group.
  public QueryOptions withGroup(@Nullable String name) {
    return new QueryOptions(timeLimit, listener, name, metrics, profiled);
  }

  /// The same with somebody who is told of the metrics.
  public QueryOptions withMetrics(@Nullable Consumer<QueryMetrics> told) {
    return new QueryOptions(timeLimit, listener, group, told, profiled);
  }

  /// The same, measured by DuckDB.
  public QueryOptions withProfile() {
    return new QueryOptions(timeLimit, listener, group, metrics, true);
  }
}
