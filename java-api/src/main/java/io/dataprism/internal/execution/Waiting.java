package io.dataprism.internal.execution;

import io.dataprism.error.DataPrismException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What one query waits for outside of a call: a worker, or something that another query does. The watch stops the
/// query when its time is up meanwhile. Not thread-safe: its query guards it.
final class Waiting {
  private final FairQueue.@Nullable Ticket ticket;
  private final Watch.@Nullable Deadline deadline;
  private final Consumer<DataPrismException> stopped;

  private Waiting(
      FairQueue.@Nullable Ticket ticket, Watch.@Nullable Deadline deadline, Consumer<DataPrismException> stopped) {
    this.ticket = ticket;
    this.deadline = deadline;
    this.stopped = stopped;
  }

  /// Begins to wait.
  ///
  /// @param ticket the place in the queue for a worker; none if the query waits for something else
  /// @param stopped is told if the query is stopped before what it waits for has come
  static Waiting begin(
      ActiveQuery query, QueryClock clock, FairQueue.@Nullable Ticket ticket, Consumer<DataPrismException> stopped) {
    Watch.Deadline deadline = null;
    if (clock.isLimited()) {
      long now = System.nanoTime();
      deadline = new Watch.Deadline(now + clock.remainingNanos(now), query);
      Watch.add(deadline);
    }
    return new Waiting(ticket, deadline, stopped);
  }

  /// Gives the place in the queue to others.
  ///
  /// @return false if a worker has begun
  boolean leave() {
    return ticket == null || ticket.remove();
  }

  /// Waits no more, for whatever reason.
  void end() {
    if (deadline != null) {
      Watch.remove(deadline);
    }
  }

  /// Tells why the query was stopped. Called without a lock.
  void tell(DataPrismException why) {
    stopped.accept(why);
  }
}
