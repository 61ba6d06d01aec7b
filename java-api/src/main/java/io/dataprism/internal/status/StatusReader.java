package io.dataprism.internal.status;

import io.dataprism.LiveHandles;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InternalException;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.handle.Errors;
import io.dataprism.memory.EngineMemory;
import io.dataprism.status.EngineStatus;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts the status of an engine together.
public final class StatusReader {
  private static final LiveHandles NONE = new LiveHandles(0, 0, 0, 0, 0, 0, 0, 0);

  private StatusReader() {}

  /// The status of an engine, which is not started for it.
  public static EngineStatus read(NativeEngine engine, WorkerPool workers) {
    EngineHandle handle = engine.ifStarted();
    String path = engine.options().path();
    EngineStatus.State state = engine.state();
    Optional<EngineMemory> memory = Optional.empty();
    if (handle != null && state == EngineStatus.State.RUNNING) {
      try {
        memory = Optional.of(memoryOf(handle));
      } catch (ClosedException e) {
        state = EngineStatus.State.CLOSED;
      } catch (InternalException e) {
        // A database that a fatal error has made unusable answers nothing.
        state = EngineStatus.State.FAILED;
      } catch (DataPrismException e) {
        // What it uses is not known, which is no reason to say that it has failed.
        memory = Optional.empty();
      }
    }
    return new EngineStatus(
        state,
        handle == null ? Optional.empty() : Optional.of(EngineHandle.duckdbVersion(Errors::of)),
        handle == null ? Optional.empty() : Optional.of(EngineHandle.libraryVersion(Errors::of)),
        Optional.ofNullable(path).map(Path::of),
        engine.since(),
        open(handle),
        running(handle),
        workers.waiting(),
        workers.busy(),
        memory,
        engine.lastFailure());
  }

  // An engine may be closed at any moment, which is no failure of the status.

  private static LiveHandles open(@Nullable EngineHandle handle) {
    try {
      if (handle == null || handle.isClosed()) {
        return NONE;
      }
      EngineHandle.Live live = handle.live();
      return new LiveHandles(
          live.engines(),
          live.sessions(),
          live.statements(),
          live.results(),
          live.batches(),
          live.storedResults(),
          live.tables(),
          live.functions());
    } catch (ClosedException e) {
      return NONE;
    }
  }

  private static int running(@Nullable EngineHandle handle) {
    try {
      return handle == null || handle.isClosed() ? 0 : handle.running();
    } catch (ClosedException e) {
      return 0;
    }
  }

  /// What a running engine uses.
  public static EngineMemory memoryOf(EngineHandle handle) {
    EngineHandle.Usage usage = handle.usage();
    return new EngineMemory(usage.memory(), usage.memoryLimit(), usage.spilled());
  }
}
