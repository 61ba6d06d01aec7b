package io.dataprism.internal.observe;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.error.DataPrismException;
import io.dataprism.internal.execution.ActiveQuery;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Looks, now and then while queries of an engine run, at what is in its temporary directory. Thread-safe.
///
/// That costs a query of its own, so it is done only for queries that take long, which are the only ones that spill,
/// and only while somebody wants to know. DuckDB tells it of the whole engine, not of one query.
final class SpillWatch {
  /// How long a query runs before it is looked at.
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// What the engine was seen to use at most while a query ran, in bytes.
  ///
  /// @param spilled what was in its temporary directory
  /// @param memory what its buffers took
  record Peak(long spilled, long memory) {
    private static final Peak NONE = new Peak(0, 0);

    Peak max(EngineHandle.Usage usage) {
      return new Peak(Math.max(spilled, usage.spilled()), Math.max(memory, usage.memory()));
    }
  }

  private final ConcurrentMap<ActiveQuery, Peak> peaks = new ConcurrentHashMap<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile boolean wanted;
  private volatile long lookedNanos = System.nanoTime() - INTERVAL_NANOS;

  /// Says whether anybody wants to know.
  void setWanted(boolean wanted) {
    // Every query says it, and next to none changes it.
    if (this.wanted != wanted) {
      this.wanted = wanted;
    }
  }

  /// Looks, if it is time to. Does not wait for what comes of it.
  ///
  /// @param query a query in a native call
  /// @param elapsedNanos how long ago it began
  void inCall(ActiveQuery query, long elapsedNanos, EngineHandle engine) {
    if (!wanted || elapsedNanos < LONG_NANOS) {
      return;
    }
    // Whoever ends it takes what is there then, and may have been here before.
    if (peaks.putIfAbsent(query, Peak.NONE) == null && query.hasEnded()) {
      peaks.remove(query);
    }
    if (System.nanoTime() - lookedNanos >= INTERVAL_NANOS && looking.compareAndSet(false, true)) {
      startLooking(engine);
    }
  }

  private void startLooking(EngineHandle engine) {
    try {
      // The thread that looks after all queries must not wait for DuckDB, nor may a carrier of virtual threads.
      Thread.ofPlatform().daemon().name("dataprism-spill-watch").start(() -> look(engine));
    } catch (OutOfMemoryError e) {
      // Where the system has no thread left, time limits are what the calling one has to go on with.
      lookedNanos = System.nanoTime();
      looking.set(false);
    }
  }

  private void look(EngineHandle engine) {
    try {
      EngineHandle.Usage usage = engine.usage();
      peaks.replaceAll((query, peak) -> peak.max(usage));
    } catch (DataPrismException e) {
      // An engine that is closed, or whose database a fatal error has made unusable, has nothing to tell.
    } finally {
      lookedNanos = System.nanoTime();
      looking.set(false);
    }
  }

  /// What was seen while a query ran that has ended; null if it was not looked at.
  @Nullable Peak ended(ActiveQuery query) {
    return peaks.remove(query);
  }
}
