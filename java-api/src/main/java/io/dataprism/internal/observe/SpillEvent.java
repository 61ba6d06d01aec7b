package io.dataprism.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A query has written data to the temporary directory, for which DuckDB measures every query.
@Name("io.dataprism.Spill")
@Label("Spill")
@Description("A query has written data to the temporary directory, for which DuckDB measures every query.")
@Category("DataPrism")
@StackTrace(false)
final class SpillEvent extends Event {
  @Label("Query")
  long queryId;

  @Label("SQL")
  @Nullable String sql;

  @Label("Most in the Temporary Directory")
  @DataAmount
  long peakSpilled;

  @Label("Most Memory")
  @DataAmount
  long peakMemory;
}
