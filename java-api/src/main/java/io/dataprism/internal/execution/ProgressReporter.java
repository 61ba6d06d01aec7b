package io.dataprism.internal.execution;

import io.dataprism.Progress;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Tells one listener how far its query is, on a thread that no query waits for. A listener that is slow is told less
/// often.
final class ProgressReporter {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final class Holder {
    static final ExecutorService THREAD =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("dataprism-progress").factory());
  }

  private final Consumer<Progress> listener;
  private final AtomicBoolean pending = new AtomicBoolean();
  private volatile long reportedNanos = System.nanoTime();

  ProgressReporter(Consumer<Progress> listener) {
    this.listener = listener;
  }

  void reportNowAndThen(ActiveQuery query, long now) {
    if (now - reportedNanos >= INTERVAL_NANOS) {
      report(query);
    }
  }

  void report(ActiveQuery query) {
    if (!pending.compareAndSet(false, true)) {
      return;
    }
    reportedNanos = System.nanoTime();
    Holder.THREAD.execute(() -> {
      pending.set(false);
      try {
        // Read only now: so a report that found this one pending is not lost.
        listener.accept(query.progress());
      } catch (RuntimeException | Error e) {
        // The query is not to blame for its listener, and must not suffer from it.
        System.getLogger("io.dataprism").log(Level.WARNING, "A listener of a query's progress failed.", e);
      }
    });
  }
}
