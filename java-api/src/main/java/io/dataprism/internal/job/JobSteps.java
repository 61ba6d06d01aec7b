package io.dataprism.internal.job;

import io.dataprism.Progress;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.handle.Errors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a job does, step by step. Used by one thread at a time, but for [#cancel()] and [#progress()].
interface JobSteps {
  /// Makes a native call of the query of a job. Where closing its session stops that, the exception says so: nobody has
  /// cancelled the job.
  static <T> T call(ActiveQuery query, Supplier<T> call) {
    try {
      return query.runOnThisWorker(call);
    } catch (InterruptedQueryException e) {
      if (!query.isSessionClosed()) {
        throw e;
      }
      String hint = "keep the session open until the job has ended";
      throw Errors.of(new Details(ErrorCode.CLOSED, "the session of the job was closed", query.sql(), -1, hint, e));
    }
  }

  /// Lets the time limit of a query count, or not.
  static void pauseClock(ActiveQuery query, boolean paused) {
    if (paused) {
      query.pauseClock();
    } else {
      query.resumeClock();
    }
  }

  /// Does one step. Between two of them the job may be paused.
  ///
  /// @return whether there are more
  boolean step();

  /// How many rows have been written, or changed.
  long rows();

  /// How far it is; may be called from any thread.
  Progress progress();

  /// Tells that the job is paused, or goes on: its time limit does not count pauses.
  void setPaused(boolean paused);

  /// Stops the step that is being done, and all later ones; may be called from any thread.
  void cancel();

  /// Gives everything back, and undoes what the steps have done unless the last one was done. What cannot be given back
  /// does not keep the rest from it. [#progress()] may be asked for afterwards too.
  ///
  /// @param outcome with which error the job ends, or null; its query is told to have ended with the same
  void close(@Nullable ErrorCode outcome);
}
