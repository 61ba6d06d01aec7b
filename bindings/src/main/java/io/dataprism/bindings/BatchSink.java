package io.dataprism.bindings;

import io.dataprism.bindings.generated.dp_batch_sink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What the native library calls with the batches of one query, on its own threads.
final class BatchSink implements AutoCloseable {
  private static final int GO_ON = 0;
  private static final int STOP = 1;

  /// The native library is given a number and not an object: one function serves all queries, which is made once.
  private static final Map<Long, BatchSink> OPEN = new ConcurrentHashMap<>();

  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final MemorySegment FUNCTION = dp_batch_sink.allocate(BatchSink::take, Arena.global());

  /// The sink that the thread is in.
  private static final ThreadLocal<BatchSink> CURRENT = new ThreadLocal<>();

  private final long number = LAST_NUMBER.incrementAndGet();
  private final SessionHandle session;
  private final BatchReceiver receiver;

  /// The sink that this one's query was started in, which ends later than this one.
  private final @Nullable BatchSink parent = CURRENT.get();

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean begun;

  /// Makes it callable; closing it ends that.
  BatchSink(SessionHandle session, BatchReceiver receiver) {
    this.session = session;
    this.receiver = receiver;
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

  /// Whether the calling thread is in a sink.
  static boolean isCalled() {
    return CURRENT.get() != null;
  }

  /// Whether the calling thread is in a sink of a session, which waits for the thread to leave it.
  static boolean isCalledFor(SessionHandle session) {
    for (BatchSink sink = CURRENT.get(); sink != null; sink = sink.parent) {
      if (sink.session == session) {
        return true;
      }
    }
    return false;
  }

  /// What came of the query, after its native call has returned.
  Delivered outcome(int code, MemorySegment error, MemorySegment rows, NativeError.Mapper mapper) {
    Throwable thrown = failure.get();
    try {
      NativeError.check(code, error, mapper);
    } catch (RuntimeException e) {
      // A receiver that throws stops the query, which then has no more to say than that.
      if (thrown == null) {
        throw e;
      }
    }
    return new Delivered(rows.get(ValueLayout.JAVA_LONG, 0), thrown);
  }

  private static int take(MemorySegment userData, MemorySegment schema, MemorySegment batch) {
    // Nothing may be thrown out of here: it would end the process.
    try {
      BatchSink sink = OPEN.get(userData.address());
      return sink == null ? STOP : sink.takeHere(schema, batch);
    } catch (Throwable e) {
      return STOP;
    }
  }

  private int takeHere(MemorySegment schema, MemorySegment batch) {
    BatchSink outer = CURRENT.get();
    CURRENT.set(this);
    try (BatchMemory memory = BatchMemory.move(batch)) {
      begin(schema);
      receiver.receive(memory);
      return GO_ON;
    } catch (Throwable e) {
      fail(e);
      return STOP;
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  private void begin(MemorySegment schema) {
    if (begun) {
      return;
    }
    synchronized (this) {
      if (!begun) {
        receiver.begin(ArrowSchemaNode.read(schema));
        begun = true;
      }
    }
  }

  // What is asked is whether they are one object.
  @SuppressWarnings("ReferenceEquality")
  private void fail(Throwable e) {
    if (!failure.compareAndSet(null, e)) {
      Throwable first = failure.get();
      // Receivers may throw one and the same object.
      if (first != null && first != e) {
        first.addSuppressed(e);
      }
    }
  }

  @Override
  public void close() {
    OPEN.remove(number);
  }
}
