package io.dataprism.internal.status;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.bindings.ProcessMemory;
import io.dataprism.error.DataPrismException;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.handle.Errors;
import io.dataprism.memory.EngineMemory;
import io.dataprism.status.EngineStatus;
import io.dataprism.status.Health;
import io.dataprism.status.Health.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Checks whether an engine works. Thread-safe.
///
/// A file system that does not answer blocks whoever asks it, so the checks are made by a thread of their own, and
/// those who want to know wait for it for a limited time. While it is blocked, no other one is started.
public final class HealthChecks {
  /// How long a trivial query may take.
  private static final Duration QUERY_LIMIT = Duration.ofSeconds(2);

  /// How long all checks may take.
  private static final Duration LIMIT = Duration.ofSeconds(3);

  /// What is reserved to see whether there is memory for a batch.
  private static final long PROBE_BYTES = 1 << 20;

  private final Engine engine;
  private final NativeEngine nativeEngine;
  private final WorkerPool workers;

  /// Guarded by this.
  private @Nullable Run last;

  /// The checks of an engine.
  public HealthChecks(Engine engine, NativeEngine nativeEngine, WorkerPool workers) {
    this.engine = engine;
    this.nativeEngine = nativeEngine;
    this.workers = workers;
  }

  /// Makes the checks. Takes no longer than a few seconds, whatever happens.
  public Health check() {
    return run().await();
  }

  private synchronized Run run() {
    Run run = last;
    if (run == null || run.hasEnded()) {
      run = new Run();
      last = run;
      Thread.ofPlatform().daemon().name("dataprism-health").start(run);
    }
    return run;
  }

  /// One time that the checks are made.
  private final class Run implements Runnable {
    private final Instant at = Instant.now();
    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile String current = "engine";

    /// As the builder or, once it has been asked, DuckDB says it is.
    private @Nullable String spillDirectory = nativeEngine.options().tempDirectory();

    boolean hasEnded() {
      return end.getCount() == 0;
    }

    Health await() {
      boolean ended = false;
      boolean interrupted = false;
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (true) {
        try {
          ended = end.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      List<Check> made = new ArrayList<>(checks);
      if (!ended) {
        String check = current;
        made.removeIf(other -> other.name().equals(check));
        made.add(
            new Check(
                check,
                false,
                "this check was begun at " + at + " and has not ended; look at the disk and its network"));
      }
      return new Health(at, made);
    }

    @Override
    public void run() {
      try {
        EngineStatus.State state = nativeEngine.state();
        make("engine", () -> engine(state));
        make("queue", this::queue);
        if (nativeEngine.ifStarted() != null && state != EngineStatus.State.CLOSED) {
          makeChecksOfStarted();
        }
      } finally {
        end.countDown();
      }
    }

    private void makeChecksOfStarted() {
      make("query", this::query);
      String file = nativeEngine.options().path();
      if (file != null) {
        make("database-file", () -> databaseFile(Path.of(file)));
      }
      String spill = spillDirectory;
      if (spill != null) {
        make("spill-directory", () -> spillDirectory(spill));
      }
      make("memory", this::memory);
    }

    private void make(String name, Body body) {
      current = name;
      Check check;
      try {
        String found = body.check();
        check = new Check(name, true, found);
      } catch (Problem | DataPrismException e) {
        check = new Check(name, false, String.valueOf(e.getMessage()));
      } catch (IOException | RuntimeException | Error e) {
        check = new Check(name, false, "the check failed: " + e);
      }
      checks.add(check);
    }

    private String engine(EngineStatus.State state) throws Problem {
      return switch (state) {
        case RUNNING -> {
          // A SELECT that touches no table works even on a database that a fatal error has made unusable; this does
          // not.
          EngineMemory memory = engine.memory();
          yield "running, with " + memory.used() + " of at most " + memory.limit() + " bytes in use";
        }
        case NOT_STARTED -> "not started yet; the first use starts it";
        case CLOSED -> throw new Problem("closed; open another engine");
        case FAILED ->
            throw new Problem(
                "could not be started, and the next use tries again: "
                    + nativeEngine.lastFailure().map(EngineStatus.Failure::message).orElse("no reason is known"));
      };
    }

    private String queue() throws Problem {
      int waiting = workers.waiting();
      if (waiting >= workers.maxQueued()) {
        throw new Problem(
            waiting
                + " queries wait for a worker, which is as many as may; run fewer at once, or open the engine with more"
                + " workers or a longer queue");
      }
      return waiting + " of at most " + workers.maxQueued() + " queries wait for a worker";
    }

    private String query() {
      try (QueryResult result =
          engine.sql("SELECT 1, current_setting('temp_directory')").timeLimit(QUERY_LIMIT).run()) {
        RecordBatch batch = result.next();
        if (batch == null || batch.int32(0).get(0) != 1) {
          throw new IllegalStateException("SELECT 1 gave something else");
        }
        spillDirectory = batch.utf8(1).get(0);
        return "SELECT 1 gave 1";
      }
    }

    private String databaseFile(Path file) throws Problem {
      if (!Files.isRegularFile(file)) {
        throw new Problem(
            file + " is gone; what was not written to it is lost when the engine closes: copy it out with SQL");
      }
      // Opening the file to find out more would release DuckDB's lock on it when it is closed.
      if (!nativeEngine.options().readOnly() && !Files.isWritable(file)) {
        throw new Problem(file + " may not be written; check its permissions and those of its file system");
      }
      return file + " is there";
    }

    private String spillDirectory(String setting) throws Problem {
      if (setting.isEmpty()) {
        return "nothing is spilled: there is no temporary directory";
      }
      Path directory = Path.of(setting).toAbsolutePath();
      // DuckDB makes the folder when it is needed, if the one that it is in is there.
      Path parent = directory.getParent();
      Path folder = Files.isDirectory(directory) || parent == null || Files.exists(directory) ? directory : parent;
      try {
        Path probe = Files.createTempFile(folder, "dataprism-health", ".tmp");
        try {
          Files.write(probe, new byte[] {1});
        } finally {
          Files.delete(probe);
        }
      } catch (IOException e) {
        throw new Problem("cannot write to " + folder + ", where what does not fit in memory goes: " + e);
      }
      return folder + " may be written";
    }

    private String memory() {
      ProcessMemory.probe(PROBE_BYTES, Errors::of);
      return "there is memory for another batch";
    }
  }

  @FunctionalInterface
  private interface Body {
    /// What was found, if it is as it should be.
    String check() throws Problem, IOException;
  }

  /// Something that is not as it should be.
  private static final class Problem extends Exception {
    private static final long serialVersionUID = 1L;

    Problem(String message) {
      super(message, null, false, false);
    }
  }
}
