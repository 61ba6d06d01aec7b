package io.dataprism.internal.observe;

import io.dataprism.event.EngineEvent;
import io.dataprism.event.EventBus;
import io.dataprism.event.EventSubscription;
import io.dataprism.internal.listener.SerialDelivery;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
      if (!closed) {
        listeners.add(added);
      }
    }
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

  /// Publishes a last event. What listeners have not been told of yet they still are.
  synchronized void close(Maker last) {
    publish(last);
    closed = true;
    listeners.clear();
  }

  private final class Listener<E extends EngineEvent> implements EventSubscription {
    private final Class<E> type;
    private final SerialDelivery<E> delivery;

    Listener(Class<E> type, Consumer<? super E> consumer) {
      this.type = type;
      this.delivery = new SerialDelivery<>("dataprism-events", QUEUE_CAPACITY, consumer, () -> {});
    }

    void offer(EngineEvent event) {
      if (type.isInstance(event)) {
        delivery.offer(type.cast(event));
      }
    }

    @Override
    public long dropped() {
      return delivery.dropped();
    }

    @Override
    public void close() {
      listeners.remove(this);
      delivery.cancel();
    }
  }
}
