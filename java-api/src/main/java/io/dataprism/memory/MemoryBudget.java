package io.dataprism.memory;

import io.dataprism.bindings.ProcessMemory;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.NativeLoadException;
import io.dataprism.error.OutOfMemoryException;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.memory.BudgetSettings;
import io.dataprism.internal.memory.ThresholdWatch;
import java.util.function.Consumer;

/// The limit on the memory that all engines of the process use together, outside of the Java heap: DuckDB's buffers,
/// open record batches, cached results and plugins. Thread-safe.
///
/// What the others do not use is shared among the open engines, in equal parts as far as
/// [io.dataprism.EngineBuilder#memoryLimit] allows. An engine writes what does not fit to its temporary directory,
/// where the statement allows that. Otherwise the statement fails with an [OutOfMemoryException], and so does pulling a
/// batch for which there is no room; the engine stays usable.
///
/// The limit is, unless it is set, four fifths of what the container, or else the machine, has beside the maximum heap
/// of this JVM; at least an eighth of the whole. The system property `dataprism.memory.limit` sets it in bytes, or with
/// a `k`, `m`, `g` or `t` behind the number as for `-Xmx`. It is chosen when the first engine starts or somebody first
/// asks.
public final class MemoryBudget {
  private static final MemoryBudget PROCESS = new MemoryBudget();

  /// Somebody who wants to be told. Closing ends that; closing twice is allowed.
  public interface Registration extends AutoCloseable {
    /// Ends the registration. The listener may be running in this moment, and is not called after that.
    @Override
    void close();
  }

  private MemoryBudget() {}

  /// The budget of the process. This loads nothing; the methods load the native library.
  public static MemoryBudget ofProcess() {
    return PROCESS;
  }

  /// How many bytes may be used in all.
  ///
  /// @throws NativeLoadException if the native library cannot be loaded
  public long limit() {
    BudgetSettings.apply();
    return ProcessMemory.limit(Errors::of);
  }

  /// Changes how many bytes may be used in all. DuckDB gives memory back where that is necessary.
  ///
  /// @throws OutOfMemoryException if more is in use and cannot be given back; the limit stays as it was
  /// @throws ConfigurationException if the limit is not positive
  /// @throws NativeLoadException if the native library cannot be loaded
  public void setLimit(long bytes) {
    if (bytes <= 0) {
      throw new ConfigurationException(
          Details.of(ErrorCode.CONFIGURATION, "the memory limit is " + bytes, "give a number of bytes above zero"));
    }
    BudgetSettings.apply();
    ProcessMemory.setLimit(bytes, Errors::of);
  }

  /// Who uses how much right now. Asks each open engine, which takes a fraction of a millisecond and does not disturb
  /// its queries.
  ///
  /// @throws NativeLoadException if the native library cannot be loaded
  public MemoryUsage usage() {
    BudgetSettings.apply();
    ProcessMemory.Usage usage = ProcessMemory.usage(Errors::of);
    return new MemoryUsage(
        usage.limit(), usage.duckdb(), usage.batches(), usage.cache(), usage.plugins(), usage.spilled());
  }

  /// Tells a listener when the usage has risen to a part of the limit: once, and again only after it has fallen to nine
  /// tenths of that in between. While there are listeners, the usage is looked at 20 times a second, and whenever
  /// memory has run out.
  ///
  /// Listeners are called on a thread of the library's own, one for all of them: a slow one delays the others. What one
  /// throws is logged.
  ///
  /// @param fraction a part of the limit, above 0 and at most 1
  /// @param listener who is told, with the usage that was found
  /// @return what ends it
  /// @throws ConfigurationException if the fraction is not in its range
  /// @throws NativeLoadException if the native library cannot be loaded
  public Registration onThreshold(double fraction, Consumer<MemoryUsage> listener) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new ConfigurationException(
          Details.of(
              ErrorCode.CONFIGURATION,
              "the threshold is " + fraction,
              "give a part of the limit above 0 and at most 1, such as 0.8"));
    }
    BudgetSettings.apply();
    return ThresholdWatch.add(fraction, listener);
  }
}
