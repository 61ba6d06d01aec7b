package io.dataprism.event;

/// A listener that is told of events until this is closed. Thread-safe.
public interface EventSubscription extends AutoCloseable {
  /// How many events were not delivered because the listener was more than [EventBus#QUEUE_CAPACITY] behind. The
  /// sequence numbers tell where.
  long dropped();

  /// Ends the subscription: the listener is not called again, though a call of it that is in progress goes on. Closing
  /// twice is allowed.
  @Override
  void close();
}
