package io.dataprism.event;

import java.util.List;
import java.util.function.Consumer;

/// The events of one engine: those of the past, and those to come.
///
/// Each listener has a thread of its own, so it may take its time: neither queries nor other listeners wait for it. It
/// gets its events one after the other, in the order in which they happened. One that falls behind by more than
/// [#QUEUE_CAPACITY] misses events, and is told how many. A listener that throws is logged and gets the next event.
///
/// Thread-safe.
public interface EventBus {
  /// How many events may wait for one listener.
  int QUEUE_CAPACITY = 4_096;

  /// Tells a listener of all events of a type from now on, until the subscription or the engine is closed. After the
  /// engine is closed, events that have happened are still delivered.
  ///
  /// @param type the type of event; [EngineEvent] for all
  /// @param listener is called on a thread of the library's own
  <E extends EngineEvent> EventSubscription subscribe(Class<E> type, Consumer<? super E> listener);

  /// The latest events of a type, the oldest first: those among the latest events of all types that the engine keeps.
  ///
  /// @param type the type of event; [EngineEvent] for all
  <E extends EngineEvent> List<E> history(Class<E> type);
}
