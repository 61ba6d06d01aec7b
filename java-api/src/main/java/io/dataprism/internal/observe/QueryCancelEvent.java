package io.dataprism.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A query was cancelled or interrupted, or ran out of time.
@Name("io.dataprism.QueryCancel")
@Label("Query Cancel")
@Description("A query was cancelled or interrupted, or ran out of time.")
@Category("DataPrism")
@StackTrace(false)
final class QueryCancelEvent extends Event {
  @Label("Query")
  long queryId;

  @Label("SQL")
  @Nullable String sql;

  @Label("Reason")
  @Nullable String reason;
}
