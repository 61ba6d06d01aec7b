package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.dp_function_call;
import io.dataprism.bindings.generated.dp_function_callback;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What the native library calls for a function, on its own threads.
final class FunctionUpcall implements AutoCloseable {
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;

  /// The native library is given a number and not an object: one stub serves all functions, which is made once.
  private static final Map<Long, FunctionUpcall> OPEN = new ConcurrentHashMap<>();

  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final MemorySegment FUNCTION = dp_function_callback.allocate(FunctionUpcall::call, Arena.global());

  /// The release function of arrays that are freed by other means.
  static final MemorySegment RELEASE_NOTHING = ArrowArray.release.allocate(_ -> {}, Arena.global());

  /// The call that the thread is in.
  private static final ThreadLocal<Frame> CURRENT = new ThreadLocal<>();

  /// A call that a thread is in.
  ///
  /// @param lastHandle the number of the last handle that was there when it began
  private record Frame(long lastHandle) {}

  private final long number = LAST_NUMBER.incrementAndGet();
  private final FunctionBody body;
  private final UpcallFailures failures;
  private final NativeError.Mapper mapper;

  /// Makes it callable; closing it ends that.
  FunctionUpcall(FunctionBody body, UpcallFailures failures, NativeError.Mapper mapper) {
    this.body = body;
    this.failures = failures;
    this.mapper = mapper;
    OPEN.put(number, this);
  }

  /// The function to be called.
  static MemorySegment function() {
    return FUNCTION;
  }

  /// What it is to be called with.
  MemorySegment userData() {
    return MemorySegment.ofAddress(number);
  }

  /// Whether the calling thread is in a function that was called after a handle had been opened, so that closing the
  /// handle might wait for the thread itself.
  static boolean isCalledSince(long handle) {
    Frame frame = CURRENT.get();
    return frame != null && handle <= frame.lastHandle;
  }

  private static int call(MemorySegment userData, MemorySegment call) {
    // Nothing may be thrown out of here: it would end the process.
    try {
      FunctionUpcall upcall = OPEN.get(userData.address());
      return upcall == null ? FAILURE : upcall.callHere(call);
    } catch (Throwable e) {
      return FAILURE;
    }
  }

  private int callHere(MemorySegment address) {
    Frame outer = CURRENT.get();
    CURRENT.set(new Frame(NativeHandle.lastNumber()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = address.reinterpret(dp_function_call.sizeof(), arena, null);
      FunctionCall call = new FunctionCall(struct, arena, mapper);
      try {
        body.run(call);
        return SUCCESS;
      } catch (Throwable e) {
        call.fail(e, failures);
        return FAILURE;
      }
    } finally {
      leave(outer);
    }
  }

  private static void leave(@Nullable Frame outer) {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }

  @Override
  public void close() {
    OPEN.remove(number);
  }
}
