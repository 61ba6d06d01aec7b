package io.dataprism.internal.execution;

import io.dataprism.Progress;
import io.dataprism.internal.listener.ListenerCalls;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Tells one listener how far its query is, on a thread that no query waits for. A listener that is slow is told less
/// often.
final class ProgressReporter {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

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
    boolean told =
        ListenerCalls.tell(
            listener,
            "progress",
            () -> {
              pending.set(false);
              // Read only now: so a report that found this one pending is not lost.
              listener.accept(query.progress());
            });
    if (!told) {
      pending.set(false);
    }
  }
}
