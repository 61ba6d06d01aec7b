package io.dataprism.internal.execution;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.OverloadedException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What waits for a worker. Thread-safe; nothing blocks.
///
/// Tasks of queries that have begun come first. The others belong to groups, which are served in turn, each in the
/// order of its own tasks; so a group waits for no more than one task of every other, however many those have. Tasks
/// without a group form one of their own: where nobody names groups, everything is served in the order in which it
/// came.
final class FairQueue {
  private static final class Group {
    final @Nullable String name;
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    Group(@Nullable String name) {
      this.name = name;
    }
  }

  private final int maxQueued;
  private final int maxQueuedPerGroup;

  // All guarded by this. Groups are there while they have tasks.
  private final ArrayDeque<Runnable> begun = new ArrayDeque<>();
  private final Map<@Nullable String, Group> groups = new HashMap<>();
  private final ArrayDeque<Group> turns = new ArrayDeque<>();
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
  synchronized void addBegun(Runnable task) {
    begun.addLast(task);
  }

  /// Adds a task of a query that has not begun.
  ///
  /// @param group whom it belongs to, or null
  /// @throws OverloadedException if too many wait already
  synchronized void add(@Nullable String group, Runnable task) {
    Group own = groups.get(group);
    if (own != null && own.tasks.size() >= maxQueuedPerGroup) {
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
      turns.addLast(own);
    }
    own.tasks.addLast(task);
    queued++;
  }

  /// Takes the task whose turn it is, or null where there is none.
  synchronized @Nullable Runnable poll() {
    Runnable first = begun.pollFirst();
    if (first != null) {
      return first;
    }
    Group next = turns.pollFirst();
    if (next == null) {
      return null;
    }
    Runnable task = next.tasks.pollFirst();
    if (next.tasks.isEmpty()) {
      groups.remove(next.name);
    } else {
      turns.addLast(next);
    }
    queued--;
    return task;
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
