package io.dataprism;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.LibraryLoadException;
import io.dataprism.bindings.NativeLibrary;
import io.dataprism.cache.CacheOptions;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.error.NativeLoadException;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.handle.Errors;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Settings of an engine that is to be opened. Not thread-safe; may open any number of engines.
public final class EngineBuilder {
  /// Room for as many callers as a busy service has, at some hundred bytes each.
  private static final int DEFAULT_MAX_QUEUED = 16_384;

  private @Nullable Path database;
  private boolean readOnly;
  private int threads;
  private long memoryLimit;
  private @Nullable Path tempDirectory;
  private int workers = 2 * Runtime.getRuntime().availableProcessors();
  private int maxQueued = DEFAULT_MAX_QUEUED;
  private @Nullable CacheOptions cache;
  private int maxQueuedPerGroup = Integer.MAX_VALUE;
  private int maxJobs = 1;

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

  /// How many bytes the engine's buffers may take. What does not fit goes to the [#tempDirectory(Path)] where the
  /// statement allows it, and is an [io.dataprism.error.OutOfMemoryException] where not. The default is 80 % of the
  /// machine's memory.
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
    try {
      NativeLibrary.load();
    } catch (LibraryLoadException e) {
      throw Errors.of(e);
    }
    EngineHandle.Options options =
        new EngineHandle.Options(text(database), readOnly, threads, memoryLimit, text(tempDirectory));
    // No method reference: making one loads the class, and with it every exception, which a start need not pay for.
    EngineHandle handle = EngineHandle.open(options, error -> Errors.of(error));
    return new Engine(handle, new WorkerPool(workers, maxQueued, maxQueuedPerGroup), cache, maxJobs);
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
