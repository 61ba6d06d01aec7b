package io.dataprism.internal.append;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The rows of an engine's appenders that are open, so that closing the engine frees their memory. Thread-safe.
public final class OpenAppenders {
  private final Set<CollectedRows> open = ConcurrentHashMap.newKeySet();

  void add(CollectedRows rows) {
    open.add(rows);
  }

  void remove(CollectedRows rows) {
    open.remove(rows);
  }

  /// Frees the memory of all, whose rows are lost. The engine has to be closed, so that none of them is being inserted.
  public void release() {
    open.forEach(CollectedRows::release);
  }
}
