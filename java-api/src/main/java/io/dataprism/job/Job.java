package io.dataprism.job;

import io.dataprism.Progress;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A statement that runs in the background. [io.dataprism.Query#inBackground] makes it.
///
/// It belongs to its engine and runs on, whatever becomes of the thread, session or future by which it was submitted,
/// until it ends, is cancelled, or its engine is closed. Thread-safe.
///
/// A job with a target fetches the rows of its query in batches of about 120,000 rows, or of what the query gives in a
/// tenth of a second. Between two batches it is paused and cancelled, and lets other queries of its engine go first: as
/// long as one of them is in a native call, a batch waits, but for a fifth of a second at most.
public interface Job {
  /// A number that no other job of the engine has. Later jobs have greater ones.
  long id();

  /// What it runs.
  String sql();

  /// Where its rows go.
  JobTarget target();

  /// Where it is on its way.
  JobState state();

  /// How far it is; the rows are those that were written. The fraction is that of its query: a file still has to be
  /// written when that is done. The time since its start includes pauses.
  Progress progress();

  /// Asks it to pause. A job that waits for its turn is [JobState#PAUSED] at once. One that runs is when its batch has
  /// been written; for a query that sorts or aggregates, its first batch comes when all of that has been done. One that
  /// writes no rows, or writes its file by now, runs to its end. A job that has ended stays as it is.
  ///
  /// A paused job holds no thread, but what it has written so far: a transaction for a table, a temporary table for a
  /// file. Its query still sees the database as it was when the job started. Its time limit is paused too, until the
  /// job runs again.
  void pause();

  /// Lets a paused job go on: it waits for its turn again, behind those that wait already. Takes back a pause that has
  /// not come into effect. Another job stays as it is.
  void resume();

  /// Stops it, and its native work with it. A job that is already making its result visible may still succeed; one that
  /// does not is [JobState#CANCELLED], whatever it met meanwhile. A job that has ended stays as it is.
  void cancel();

  /// Waits until it has ended.
  ///
  /// @param timeout how long to wait at most
  /// @return whether it has ended
  /// @throws InterruptedException if the thread is interrupted, which the job does not notice
  boolean await(Duration timeout) throws InterruptedException;

  /// What it has done, if it has succeeded.
  Optional<JobResult> result();

  /// Why it has failed, if it has.
  Optional<DataPrismException> failure();

  /// A future of its result. It fails with the [#failure()], and with an [InterruptedQueryException] if the job is
  /// cancelled. Cancelling the future leaves the job alone.
  CompletableFuture<JobResult> toFuture();
}
