package io.dataprism.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A query was started, or has begun to wait for a worker.
@Name("io.dataprism.QueryStart")
@Label("Query Start")
@Description("A query was started, or has begun to wait for a worker.")
@Category("DataPrism")
@StackTrace(false)
final class QueryStartEvent extends Event {
  @Label("Query")
  long queryId;

  @Label("SQL")
  @Nullable String sql;
}
