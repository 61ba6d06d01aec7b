package io.dataprism.internal.execution;

import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Where listeners of single queries are called: on one thread for the process, that no query waits for.
final class ListenerThread {
  private static final class Holder {
    static final ExecutorService THREAD =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("dataprism-listeners").factory());
  }

  private ListenerThread() {}

  /// Calls a listener soon, after those that were to be called before.
  ///
  /// @param what what it is told of
  static void tell(String what, Runnable call) {
    Holder.THREAD.execute(() -> {
      try {
        call.run();
      } catch (RuntimeException | Error e) {
        // The query is not to blame for its listener, and must not suffer from it.
        System.getLogger("io.dataprism").log(Level.WARNING, "A listener of a query's " + what + " failed.", e);
      }
    });
  }
}
