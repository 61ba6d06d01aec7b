package io.dataprism.internal.listener;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands items to one consumer, one after the other and in their order, on a virtual thread that is there while there
/// is something to hand over: many consumers that have nothing to do cost nothing. Whoever adds an item never waits.
/// Thread-safe.
public final class SerialDelivery<T> {
  private final String threadName;
  private final int capacity;
  private final Consumer<? super T> consumer;
  private final Runnable whenIdle;

  // Guarded by this.
  private final ArrayDeque<T> waiting = new ArrayDeque<>();
  private boolean delivering;
  private boolean cancelled;
  private long dropped;

  /// No items yet.
  ///
  /// @param threadName the name of the threads
  /// @param capacity how many items may wait
  /// @param consumer takes the items; what it throws is logged
  /// @param whenIdle is called by the thread when nothing is left, which may have changed by then
  public SerialDelivery(String threadName, int capacity, Consumer<? super T> consumer, Runnable whenIdle) {
    this.threadName = threadName;
    this.capacity = capacity;
    this.consumer = consumer;
    this.whenIdle = whenIdle;
  }

  /// Adds an item.
  ///
  /// @return false if too many wait already, which is counted, or if this is cancelled
  public synchronized boolean offer(T item) {
    if (cancelled) {
      return false;
    }
    if (waiting.size() == capacity) {
      dropped++;
      return false;
    }
    waiting.addLast(item);
    if (!delivering) {
      delivering = true;
      Thread.ofVirtual().name(threadName).start(this::deliver);
    }
    return true;
  }

  private void deliver() {
    for (T item = next(); item != null; item = next()) {
      tell(item);
    }
    whenIdle.run();
  }

  private synchronized @Nullable T next() {
    T item = waiting.pollFirst();
    delivering = item != null;
    return item;
  }

  private void tell(T item) {
    try {
      consumer.accept(item);
    } catch (RuntimeException | Error e) {
      // What is told of is not to blame for its listener, and must not suffer from it.
      System.getLogger("io.dataprism").log(Level.WARNING, "A listener failed (" + threadName + ").", e);
    } finally {
      // A listener may leave its thread interrupted, which is not meant for its next call.
      Thread.interrupted();
    }
  }

  /// Whether there is nothing to hand over and nobody who does.
  public synchronized boolean isIdle() {
    return !delivering;
  }

  /// How many items were not taken because too many waited.
  public synchronized long dropped() {
    return dropped;
  }

  /// Forgets what waits, and takes no more. A call of the consumer that is in progress goes on.
  public synchronized void cancel() {
    cancelled = true;
    waiting.clear();
  }
}
