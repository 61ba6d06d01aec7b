package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Keeps memory of the caller's alive that native threads read: until this is closed, the arenas that it comes from
/// refuse to be closed. Thread-safe.
///
/// Java keeps an arena open for as long as memory of it is an argument of a native call. So there is such a call for
/// each arena, on a thread of its own that waits in it.
public final class MemoryHold implements AutoCloseable {
  private static final long STACK_BYTES = 128 << 10;

  /// Any thread but those that run, for asking; it never does.
  private static final Thread ANOTHER_THREAD = Thread.ofVirtual().unstarted(() -> {});

  private final MemorySegment latch;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /// @throws IllegalArgumentException if some of the memory belongs to one thread
  /// @throws IllegalStateException if some of the memory is gone
  public MemoryHold(Collection<MemorySegment> memory) {
    List<MemorySegment> arenas = new ArrayList<>();
    for (MemorySegment segment : memory) {
      if (arenas.stream().noneMatch(other -> other.scope().equals(segment.scope()))) {
        arenas.add(segment);
      }
    }
    NativeError.Mapper mapper = error -> new IllegalStateException(error.message());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_latch_create(out, error), error, mapper);
      latch = out.get(ValueLayout.ADDRESS, 0);
      for (MemorySegment segment : arenas) {
        threads.add(
            Thread.ofPlatform()
                .daemon()
                .name("dataprism-memory-hold")
                .stackSize(STACK_BYTES)
                .start(() -> hold(segment)));
      }
      NativeError.check(Dataprism.dp_latch_await_callers(latch, threads.size(), error), error, mapper);
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      close();
      throw new IllegalStateException("memory that is to be read is gone", thrown);
    }
  }

  /// Whether any thread may read some memory.
  public static boolean isForAnyThread(MemorySegment memory) {
    return memory.isAccessibleBy(ANOTHER_THREAD);
  }

  private void hold(MemorySegment segment) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(
          Dataprism.dp_latch_wait(latch, segment, error), error, e -> new IllegalStateException(e.message()));
    } catch (Throwable e) {
      failure.set(e);
      Dataprism.dp_latch_open(latch);
    }
  }

  @Override
  public void close() {
    Dataprism.dp_latch_open(latch);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          // They are on their way out, and the latch must not be freed under them.
          interrupted = true;
        }
      }
    }
    Dataprism.dp_latch_close(latch);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
