package io.dataprism.internal.observe;

import io.dataprism.event.EngineEvent;
import io.dataprism.event.EventBus;
import io.dataprism.event.EventSubscription;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// The events of one engine, and who is told of them. Thread-safe.
final class EventLog implements EventBus {
  /// Makes an event that has its place and time.
  interface Maker {
    EngineEvent make(long sequence, Instant time);
  }

  private final int historySize;
  private final List<Listener<?>> listeners = new CopyOnWriteArrayList<>();

  // Guarded by this, which also puts events in order.
  private final ArrayDeque<EngineEvent> history;
  private long sequence;
  private boolean closed;

  /// @param historySize how many events are kept
  EventLog(int historySize) {
    this.historySize = historySize;
    this.history = new ArrayDeque<>();
  }

  synchronized void publish(Maker maker) {
    if (closed) {
      return;
    }
    EngineEvent event = maker.make(++sequence, Instant.now());
    if (history.size() == historySize) {
      history.removeFirst();
    }
    history.addLast(event);
    for (Listener<?> listener : listeners) {
      listener.offer(event);
    }
  }

  @Override
  public <E extends EngineEvent> EventSubscription subscribe(Class<E> type, Consumer<? super E> listener) {
    Listener<E> added = new Listener<>(type, listener);
    synchronized (this) {
      if (closed) {
        added.finish();
      } else {
        listeners.add(added);
      }
    }
    added.start();
    return added;
  }

  @Override
  public <E extends EngineEvent> List<E> history(Class<E> type) {
    List<E> events = new ArrayList<>();
    synchronized (this) {
      for (EngineEvent event : history) {
        if (type.isInstance(event)) {
          events.add(type.cast(event));
        }
      }
    }
    return List.copyOf(events);
  }

  /// Publishes a last event; listeners end when they have been told of it.
  synchronized void close(Maker last) {
    publish(last);
    closed = true;
    listeners.forEach(Listener::finish);
    listeners.clear();
  }

  private final class Listener<E extends EngineEvent> implements EventSubscription {
    private final Class<E> type;
    private final Consumer<? super E> consumer;
    private final ArrayBlockingQueue<E> waiting = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final AtomicLong dropped = new AtomicLong();
    // Virtual: hundreds of listeners that have nothing to do cost next to nothing.
    private final Thread thread = Thread.ofVirtual().name("dataprism-events").unstarted(this::deliver);
    private volatile boolean finished;
    private volatile boolean cancelled;

    Listener(Class<E> type, Consumer<? super E> consumer) {
      this.type = type;
      this.consumer = consumer;
    }

    void start() {
      thread.start();
    }

    void offer(EngineEvent event) {
      if (!type.isInstance(event)) {
        return;
      }
      if (!waiting.offer(type.cast(event))) {
        dropped.incrementAndGet();
      }
      wake();
    }

    /// Lets it end once it has been told of everything.
    void finish() {
      finished = true;
      wake();
    }

    private void wake() {
      // A thread that has not started yet looks before it waits.
      LockSupport.unpark(thread);
    }

    private void deliver() {
      while (!cancelled) {
        // Read first: what was published before the end is in the queue then.
        boolean last = finished;
        E event = waiting.poll();
        if (event != null) {
          tell(event);
        } else if (last) {
          return;
        } else {
          LockSupport.park();
        }
      }
    }

    private void tell(E event) {
      try {
        consumer.accept(event);
      } catch (RuntimeException | Error e) {
        System.getLogger("io.dataprism").log(Level.WARNING, "A listener of events failed.", e);
      } finally {
        // A listener may leave its thread interrupted, which would keep it from ever waiting again.
        Thread.interrupted();
      }
    }

    @Override
    public long dropped() {
      return dropped.get();
    }

    @Override
    public void close() {
      cancelled = true;
      listeners.remove(this);
      wake();
    }
  }
}
