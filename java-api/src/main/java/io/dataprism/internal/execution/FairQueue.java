package io.dataprism.internal.execution;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.OverloadedException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What waits for a worker. Thread-safe; nothing blocks.
///
/// Tasks of queries that have begun come first. The others belong to groups, which are served in turn, each in the
/// order of its own tasks; so a group waits for no more than one task of every other, however many those have. Tasks
/// without a group form one of their own: where nobody names groups, everything is served in the order in which it
/// came.
final class FairQueue {
  /// The place of one task in the queue.
  final class Ticket {
    private final Runnable task;

    /// None for a task of a query that has begun.
    private final @Nullable Group group;

    private Ticket(Runnable task, @Nullable Group group) {
      this.task = task;
      this.group = group;
    }

    /// Gives the place to others, in constant time.
    ///
    /// @return whether the task waited and is never run now; otherwise it has been taken, or was removed before
    boolean remove() {
      synchronized (FairQueue.this) {
        if (group == null) {
          return begun.remove(this);
        }
        boolean waited = group.tickets.remove(this);
        if (waited) {
          left(group);
        }
        return waited;
      }
    }
  }

  private static final class Group {
    final @Nullable String name;

    // Sets, here and below, because whoever leaves the queue may stand anywhere in it.
    final LinkedHashSet<Ticket> tickets = new LinkedHashSet<>();

    Group(@Nullable String name) {
      this.name = name;
    }
  }

  private final int maxQueued;
  private final int maxQueuedPerGroup;

  // All guarded by this. Groups are there while they have tasks.
  private final LinkedHashSet<Ticket> begun = new LinkedHashSet<>();
  private final Map<@Nullable String, Group> groups = new HashMap<>();
  private final LinkedHashSet<Group> turns = new LinkedHashSet<>();
  private int queued;

  /// An empty queue.
  ///
  /// @param maxQueued how many tasks of queries that have not begun may wait in all
  /// @param maxQueuedPerGroup how many of them may belong to one group
  FairQueue(int maxQueued, int maxQueuedPerGroup) {
    this.maxQueued = maxQueued;
    this.maxQueuedPerGroup = maxQueuedPerGroup;
  }

  /// Adds a task of a query that has begun, which is never refused.
  synchronized Ticket addBegun(Runnable task) {
    Ticket ticket = new Ticket(task, null);
    begun.add(ticket);
    return ticket;
  }

  /// Adds a task of a query that has not begun.
  ///
  /// @param group whom it belongs to, or null
  /// @throws OverloadedException if too many wait already
  synchronized Ticket add(@Nullable String group, Runnable task) {
    Group own = groups.get(group);
    if (own != null && own.tickets.size() >= maxQueuedPerGroup) {
      throw overloaded(
          maxQueuedPerGroup
              + " queries "
              + (group == null ? "without a group" : "of the group '" + group + "'")
              + " wait for a worker, which is as many as may",
          "run fewer of them at once, or open the engine with a greater maxQueuedPerGroup");
    }
    if (queued >= maxQueued) {
      throw overloaded(
          maxQueued + " queries wait for a worker, which is as many as may",
          "run fewer at once, or open the engine with more workers or a longer queue");
    }
    if (own == null) {
      own = new Group(group);
      groups.put(group, own);
      turns.add(own);
    }
    Ticket ticket = new Ticket(task, own);
    own.tickets.add(ticket);
    queued++;
    return ticket;
  }

  /// Takes the task whose turn it is, or null where there is none.
  synchronized @Nullable Runnable poll() {
    if (!begun.isEmpty()) {
      return begun.removeFirst().task;
    }
    if (turns.isEmpty()) {
      return null;
    }
    Group next = turns.removeFirst();
    turns.add(next);
    Ticket ticket = next.tickets.removeFirst();
    left(next);
    return ticket.task;
  }

  private void left(Group group) {
    queued--;
    if (group.tickets.isEmpty()) {
      groups.remove(group.name);
      turns.remove(group);
    }
  }

  /// How many tasks wait in all.
  synchronized int size() {
    return begun.size() + queued;
  }

  /// How many tasks wait of queries that have not begun.
  synchronized int queued() {
    return queued;
  }

  /// How many tasks of queries that have not begun may wait in all.
  int maxQueued() {
    return maxQueued;
  }

  private static OverloadedException overloaded(String message, String hint) {
    return new OverloadedException(Details.of(ErrorCode.OVERLOADED, message, hint));
  }
}
