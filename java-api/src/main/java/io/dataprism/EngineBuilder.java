package io.dataprism;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.cache.CacheOptions;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.error.NativeLoadException;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.memory.BudgetSettings;
import io.dataprism.internal.observe.EngineObserver;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Settings of an engine that is to be opened. Not thread-safe; may open any number of engines.
public final class EngineBuilder {
  /// Room for as many callers as a busy service has, at some hundred bytes each.
  private static final int DEFAULT_MAX_QUEUED = 16_384;

  private static final int DEFAULT_EVENT_HISTORY = 256;

  private @Nullable Path database;
  private boolean readOnly;
  private int threads;
  private long memoryLimit;
  private @Nullable Path tempDirectory;
  private long maxSpill;
  private boolean lazy;
  private int workers = 2 * Runtime.getRuntime().availableProcessors();
  private int maxQueued = DEFAULT_MAX_QUEUED;
  private @Nullable CacheOptions cache;
  private int maxQueuedPerGroup = Integer.MAX_VALUE;
  private int maxJobs = 1;
  private int eventHistory;

  EngineBuilder() {}

  /// The database file, which is created if it does not exist. Without one the database is in memory.
  public EngineBuilder database(Path file) {
    this.database = file;
    return this;
  }

  /// Refuses every write; the database file has to exist. Several processes may open one file read-only.
  public EngineBuilder readOnly() {
    this.readOnly = true;
    return this;
  }

  /// How many threads may run a query, at least one. The default is one a core.
  ///
  /// @throws ConfigurationException if there are none
  public EngineBuilder threads(int count) {
    requirePositive("threads", count);
    this.threads = count;
    return this;
  }

  /// How many bytes the engine's buffers may take at most. What does not fit goes to the [#tempDirectory(Path)] where
  /// the statement allows it, and is an [io.dataprism.error.OutOfMemoryException] where not. Without a limit of its
  /// own, and never more than that, an engine has its share of the process's [io.dataprism.memory.MemoryBudget].
  ///
  /// @throws ConfigurationException if the limit is not positive
  public EngineBuilder memoryLimit(long bytes) {
    requirePositive("memoryLimit", bytes);
    this.memoryLimit = bytes;
    return this;
  }

  /// Where data goes that does not fit in memory. The default is a folder beside the database file, or `.tmp` in the
  /// working directory for a database in memory.
  public EngineBuilder tempDirectory(Path directory) {
    this.tempDirectory = directory;
    return this;
  }

  /// How many bytes may be in the [#tempDirectory(Path)] at once. A statement that needs more fails with an
  /// [io.dataprism.error.OutOfMemoryException] of code [ErrorCode#SPILL_LIMIT]; the engine stays usable. The default is
  /// nine tenths of what is free on the disk.
  ///
  /// @throws ConfigurationException if the limit is not positive
  public EngineBuilder maxSpill(long bytes) {
    requirePositive("maxSpill", bytes);
    this.maxSpill = bytes;
    return this;
  }

  /// Loads the native library and opens the database when the engine is first used, instead of in [#open()]. Whatever
  /// can go wrong then fails that use, as [#open()] would have failed; the next use tries again.
  public EngineBuilder lazy() {
    this.lazy = true;
    return this;
  }

  /// Loads the native library and opens the database in [#open()], which fails where that fails. This is the default.
  public EngineBuilder eager() {
    this.lazy = false;
    return this;
  }

  /// How many queries of virtual threads, futures and publishers may be in a native call at once, at least one. The
  /// default is two a core. Platform threads that run queries themselves do not count.
  ///
  /// @throws ConfigurationException if there are none
  public EngineBuilder workers(int count) {
    requirePositive("workers", count);
    this.workers = count;
    return this;
  }

  /// How many queries may wait for a worker, at least one; one more is an [io.dataprism.error.OverloadedException].
  /// They are served in the order in which they came, or where they name groups, group by group in turn. The default is
  /// 16,384.
  ///
  /// @throws ConfigurationException if there are none
  public EngineBuilder maxQueued(int count) {
    requirePositive("maxQueued", count);
    this.maxQueued = count;
    return this;
  }

  /// Keeps results, so that a query which is asked again need not be run again. The default is none.
  ///
  /// @see io.dataprism.Query#cached()
  public EngineBuilder cache(CacheOptions options) {
    this.cache = options;
    return this;
  }

  /// How many queries of one group may wait for a worker, at least one; one more is an
  /// [io.dataprism.error.OverloadedException] that names the group. Queries without a [group][Query#group] form one.
  /// The default is no limit but that of [#maxQueued(int)].
  ///
  /// @throws ConfigurationException if there are none
  public EngineBuilder maxQueuedPerGroup(int count) {
    requirePositive("maxQueuedPerGroup", count);
    this.maxQueuedPerGroup = count;
    return this;
  }

  /// How many background jobs may run at once, at least one; others wait. The default is one. A paused job does not
  /// count.
  ///
  /// @throws ConfigurationException if there are none
  public EngineBuilder maxJobs(int count) {
    requirePositive("maxJobs", count);
    this.maxJobs = count;
    return this;
  }

  /// How many of the latest events the engine keeps, at least one, beginning with its opening. The default is 256,
  /// beginning with the first call of [Engine#events()], before which nothing is kept.
  ///
  /// @throws ConfigurationException if there are none
  public EngineBuilder eventHistory(int events) {
    requirePositive("eventHistory", events);
    this.eventHistory = events;
    return this;
  }

  /// Opens the engine.
  ///
  /// @return the engine; the caller closes it
  /// @throws IoException if the file cannot be opened, is no database, or is held by another engine or process
  /// @throws ConfigurationException if a setting does not fit
  /// @throws NativeLoadException if the native library cannot be loaded
  public Engine open() {
    if (readOnly && database == null) {
      throw configuration("a database in memory cannot be read-only", "name a database file, or leave readOnly() out");
    }
    EngineHandle.Options options =
        new EngineHandle.Options(
            text(database),
            readOnly,
            threads,
            memoryLimit,
            text(tempDirectory),
            maxSpill,
            Runtime.getRuntime().maxMemory(),
            System.getProperty(BudgetSettings.LIMIT_PROPERTY) == null ? 0 : BudgetSettings.limit());
    EngineObserver observer =
        new EngineObserver(eventHistory == 0 ? DEFAULT_EVENT_HISTORY : eventHistory, eventHistory > 0);
    NativeEngine engine = new NativeEngine(options, observer);
    WorkerPool pool = new WorkerPool(workers, maxQueued, maxQueuedPerGroup);
    if (!lazy) {
      pool.runUninterrupted(engine);
    }
    return new Engine(engine, pool, observer, cache, maxJobs);
  }

  private static @Nullable String text(@Nullable Path path) {
    return path == null ? null : path.toString();
  }

  private static void requirePositive(String setting, long value) {
    if (value <= 0) {
      throw configuration(setting + " is " + value, "give a number above zero, or leave the setting out");
    }
  }

  private static ConfigurationException configuration(String message, String hint) {
    return new ConfigurationException(Details.of(ErrorCode.CONFIGURATION, message, hint));
  }
}
