package io.dataprism.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A query has ended.
@Name("io.dataprism.QueryEnd")
@Label("Query End")
@Description("A query has ended.")
@Category("DataPrism")
@StackTrace(false)
final class QueryEndEvent extends Event {
  @Label("Query")
  long queryId;

  @Label("SQL")
  @Nullable String sql;

  @Label("Outcome")
  @Nullable String outcome;

  @Label("Error")
  @Nullable String error;

  @Label("Time in the Queue")
  @Timespan
  long queued;

  @Label("Time of the Start")
  @Timespan
  long starting;

  @Label("Time of Fetching")
  @Timespan
  long fetching;

  @Label("Total Time")
  @Timespan
  long total;

  @Label("Rows")
  long rows;

  @Label("Batches")
  long batches;

  @Label("Size of the Batches")
  @DataAmount
  long bytes;

  @Label("Changed Rows")
  long changedRows;

  @Label("From the Cache")
  boolean fromCache;
}
