package io.dataprism.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// Data was in the temporary directory while a query ran. The engine is looked at every 20 ms while a query runs that
/// has taken 10 ms or more.
@Name("io.dataprism.Spill")
@Label("Spill")
@Description(
    "Data was seen in the temporary directory while a query of 10 ms or more ran; that of other queries of the engine "
        + "counts as well")
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
