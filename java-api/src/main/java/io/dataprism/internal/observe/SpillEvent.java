package io.dataprism.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A query has written data to the temporary directory. For this event DuckDB measures every query.
@Name("io.dataprism.Spill")
@Label("Spill")
@Description(
    "A query of 10 ms or more has written data to the temporary directory. While this event is enabled, DuckDB "
        + "measures every query, which takes about 50 µs each.")
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
