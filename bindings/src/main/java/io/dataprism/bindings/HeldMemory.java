package io.dataprism.bindings;

import io.dataprism.bindings.generated.dp_release_callback;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What keeps memory alive that native code reads, until native code says that it does not any more, on any thread.
final class HeldMemory {
  /// Native code is given a number and not an object: one stub serves all, which is made once.
  private static final Map<Long, AutoCloseable> HELD = new ConcurrentHashMap<>();

  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final MemorySegment RELEASE = dp_release_callback.allocate(HeldMemory::release, Arena.global());

  private HeldMemory() {}

  /// The function that native code calls in the end.
  static MemorySegment function() {
    return RELEASE;
  }

  /// What it is to be called with, to close what keeps some memory alive.
  static MemorySegment userData(AutoCloseable memory) {
    long number = LAST_NUMBER.incrementAndGet();
    HELD.put(number, memory);
    return MemorySegment.ofAddress(number);
  }

  /// Closes what keeps some memory alive, once, whoever comes first.
  static void release(MemorySegment userData) {
    // Nothing may be thrown out of here: it would end the process.
    try {
      AutoCloseable memory = HELD.remove(userData.address());
      if (memory != null) {
        memory.close();
      }
    } catch (Throwable e) {
      report(e);
    }
  }

  /// There is nobody who could be told otherwise.
  private static void report(Throwable failure) {
    try {
      System.getLogger("io.dataprism.registration")
          .log(Level.WARNING, "the memory of a table could not be given back", failure);
    } catch (Throwable e) {
      failure.addSuppressed(e);
    }
  }
}
