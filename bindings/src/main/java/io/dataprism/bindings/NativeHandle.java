package io.dataprism.bindings;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A handle of the native library with a lifetime that calls and [#close()] agree on. Thread-safe.
///
/// Calls in progress are counted. Closing forbids new ones, interrupts those in progress, waits for them to return, and
/// then frees the handle, once: no call ever sees a freed handle, and nothing is freed twice.
public abstract class NativeHandle implements AutoCloseable {
  private static final int CLOSED = 1 << 31;

  /// How long a call in progress is waited for before it is interrupted again: an interrupt that arrives just before
  /// the native work starts is lost on it.
  private static final long INTERRUPT_INTERVAL_NANOS = 200_000;

  private static final AtomicLong LAST_NUMBER = new AtomicLong();

  private final AtomicInteger state = new AtomicInteger();
  private final long number = LAST_NUMBER.incrementAndGet();
  private final MemorySegment address;
  final NativeError.Mapper mapper;

  NativeHandle(MemorySegment address, NativeError.Mapper mapper) {
    this.address = address;
    this.mapper = mapper;
  }

  /// Begins a call, with memory of its own; closing it ends it.
  final NativeCall begin() {
    acquire();
    NativeCall call = null;
    try {
      call = new NativeCall(this);
      return call;
    } finally {
      if (call == null) {
        release();
      }
    }
  }

  /// Begins a call that needs no memory, or is made with another one's; [#release()] ends it.
  final MemorySegment acquire() {
    if (!tryAcquire()) {
      throw mapper.map(
          NativeError.of(NativeError.CLOSED, "the " + name() + " is closed", "use it before it is closed"));
    }
    return address;
  }

  /// Begins a call on the [#address()], unless the handle is closed.
  final boolean tryAcquire() {
    int before;
    do {
      before = state.get();
      if (before < 0) {
        return false;
      }
    } while (!state.compareAndSet(before, before + 1));
    return true;
  }

  /// What calls in progress are made on.
  final MemorySegment address() {
    return address;
  }

  final void release() {
    state.decrementAndGet();
  }

  /// Stops what runs on the handle, unless it is being closed, which does so itself.
  final void interruptCall() {
    if (!tryAcquire()) {
      return;
    }
    try {
      interruptNative(address);
    } finally {
      release();
    }
  }

  /// Whether the handle is closed or is being closed.
  public final boolean isClosed() {
    return state.get() < 0;
  }

  /// Closes the handle; closing twice is allowed, and the second call returns at once.
  @Override
  public final void close() {
    if (isClosed()) {
      return;
    }
    requireClosable();
    int before;
    do {
      before = state.get();
      if (before < 0) {
        return;
      }
    } while (!state.compareAndSet(before, before | CLOSED));
    awaitCalls();
    beforeFree();
    free(address);
  }

  /// Closes the handle by a function that may refuse to, by throwing: then it is open as before. Closing twice is
  /// allowed, and the second call returns at once.
  final void closeUnless(Consumer<MemorySegment> free) {
    int before;
    do {
      before = state.get();
      if (before < 0) {
        return;
      }
    } while (!state.compareAndSet(before, before | CLOSED));
    boolean freed = false;
    try {
      awaitCalls();
      free.accept(address);
      freed = true;
    } finally {
      if (!freed) {
        state.set(0);
      }
    }
  }

  private void awaitCalls() {
    while (state.get() != CLOSED) {
      interruptNative(address);
      LockSupport.parkNanos(INTERRUPT_INTERVAL_NANOS);
    }
  }

  /// The number of the handle, which grows from one that is opened to the next.
  final long number() {
    return number;
  }

  /// Whether others read what this is, and have to be closed before it where all are.
  boolean isRead() {
    return false;
  }

  /// What this is, for a message.
  abstract String name();

  /// Stops what runs on the handle.
  abstract void interruptNative(MemorySegment handle);

  /// The number of the handle that was opened last.
  static long lastNumber() {
    return LAST_NUMBER.get();
  }

  /// Throws where closing would wait for the calling thread itself.
  public void requireClosable() {
    if (FunctionUpcall.isCalledSince(number)) {
      throw mapper.map(
          NativeError.of(
              NativeError.BUSY,
              "a function that a query calls cannot close the " + name() + ", which may wait for it",
              "close it after the query; what the function has opened itself it may close"));
    }
    if (state.get() > 0 && BatchUpcall.isCalledSince(number)) {
      throw mapper.map(
          NativeError.of(
              NativeError.BUSY,
              "what makes rows for a query cannot close the "
                  + name()
                  + ", which has calls in progress and waits for them",
              "close it after the query"));
    }
  }

  /// Called once, when no call is in progress and none can begin any more.
  void beforeFree() {}

  /// Frees the handle.
  abstract void free(MemorySegment handle);
}
