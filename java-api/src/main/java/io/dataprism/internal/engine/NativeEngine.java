package io.dataprism.internal.engine;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.LibraryLoadException;
import io.dataprism.bindings.NativeError;
import io.dataprism.bindings.NativeLibrary;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.memory.ThresholdWatch;
import io.dataprism.status.EngineStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A native engine that is opened when it is first needed, once, however many threads need it. Thread-safe.
///
/// It makes the exceptions of everything that is opened from it, and so notices what happens to the engine as a whole.
public final class NativeEngine implements NativeError.Mapper, BooleanSupplier, Supplier<EngineHandle> {
  /// Is told what becomes of the engine as a whole.
  public interface StateListener {
    /// The engine has been opened; nothing else has been done with it yet.
    void opened(EngineHandle handle);

    /// The engine could not be opened, or its database has become unusable, which is told each time that it is met.
    void failed(DataPrismException e);
  }

  private final EngineHandle.Options options;
  private final StateListener listener;
  private volatile @Nullable EngineHandle handle;
  private volatile boolean closed;
  private volatile boolean startFailed;
  private volatile long startedMillis;
  private volatile EngineStatus.@Nullable Failure lastFailure;

  /// An engine that is not open yet.
  public NativeEngine(EngineHandle.Options options, StateListener listener) {
    this.options = options;
    this.listener = listener;
  }

  /// How it is opened.
  public EngineHandle.Options options() {
    return options;
  }

  /// The open engine, which is opened now if it has not been.
  ///
  /// @throws DataPrismException if it cannot be opened; the next call tries again
  @Override
  public EngineHandle get() {
    EngineHandle open = handle;
    return open == null ? start() : open;
  }

  /// The engine if it has been opened, which it may have been and closed since.
  public @Nullable EngineHandle ifStarted() {
    return handle;
  }

  private synchronized EngineHandle start() {
    EngineHandle open = handle;
    if (open != null) {
      return open;
    }
    if (closed) {
      throw Errors.of(Details.of(ErrorCode.CLOSED, "the engine is closed", "use it before it is closed"));
    }
    try {
      NativeLibrary.load();
      open = EngineHandle.open(options, this);
    } catch (LibraryLoadException e) {
      throw failedToStart(Errors.of(e));
    } catch (DataPrismException e) {
      throw failedToStart(e);
    }
    startedMillis = System.currentTimeMillis();
    startFailed = false;
    listener.opened(open);
    handle = open;
    return open;
  }

  private DataPrismException failedToStart(DataPrismException e) {
    note(e);
    startFailed = true;
    listener.failed(e);
    return e;
  }

  /// Closes the engine; one that has not been opened is never opened any more. Closing twice is allowed.
  public void close() {
    EngineHandle open;
    synchronized (this) {
      open = handle;
      if (open == null) {
        closed = true;
      }
    }
    if (open != null) {
      // It may refuse to, and is open then.
      open.close();
      closed = true;
    }
  }

  /// Whether the engine is closed, or was never opened: nothing is left to close.
  @Override
  public boolean getAsBoolean() {
    EngineHandle open = handle;
    return open == null || open.isClosed();
  }

  /// Whether the engine is closed.
  public boolean isClosed() {
    EngineHandle open = handle;
    return open == null ? closed : open.isClosed();
  }

  /// Checks that [#close()] will not be refused.
  ///
  /// @throws io.dataprism.error.BusyException if it is called from inside of a query of the engine
  public void requireClosable() {
    EngineHandle open = handle;
    if (open != null) {
      open.requireClosable();
    }
  }

  /// What the engine is in, as far as can be told without asking its database.
  public EngineStatus.State state() {
    if (isClosed()) {
      return EngineStatus.State.CLOSED;
    }
    if (handle == null) {
      return startFailed ? EngineStatus.State.FAILED : EngineStatus.State.NOT_STARTED;
    }
    return EngineStatus.State.RUNNING;
  }

  /// When the engine was opened.
  public Optional<Instant> since() {
    return handle == null ? Optional.empty() : Optional.of(Instant.ofEpochMilli(startedMillis));
  }

  /// The last failure that was no fault of a statement.
  public Optional<EngineStatus.Failure> lastFailure() {
    return Optional.ofNullable(lastFailure);
  }

  @Override
  public DataPrismException map(NativeError error) {
    DataPrismException e = Errors.of(error, cause(error));
    switch (e.code()) {
      case OUT_OF_MEMORY, SPILL_LIMIT -> {
        note(e);
        ThresholdWatch.lookNow();
      }
      case FATAL -> {
        note(e);
        listener.failed(e);
      }
      case IO, SERIALIZATION, CHECKPOINT_FAILED, INTERNAL, PANIC -> note(e);
      default -> {}
    }
    return e;
  }

  /// What a function has thrown, if that is why a query failed.
  private @Nullable Throwable cause(NativeError error) {
    EngineHandle open = handle;
    return error.failure() == 0 || open == null ? null : open.takeFailure(error.failure());
  }

  private void note(DataPrismException e) {
    String message = e.getMessage();
    lastFailure = new EngineStatus.Failure(Instant.now(), e.code(), message == null ? e.code().name() : message);
  }
}
