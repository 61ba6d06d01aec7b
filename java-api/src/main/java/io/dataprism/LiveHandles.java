package io.dataprism;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.LibraryLoadException;
import io.dataprism.bindings.NativeLibrary;
import io.dataprism.error.NativeLoadException;
import io.dataprism.internal.handle.Errors;

/// How many native objects are open, by kind, as the native library counts them.
///
/// A test that ends with `LiveHandles.ofProcess().total() == 0` has leaked nothing.
///
/// @param engines engines
/// @param sessions sessions that were asked for; those that an engine keeps for its own queries do not count
/// @param statements prepared statements
/// @param results query results
/// @param batches record batches
/// @param cachedResults results that are kept in a cache
/// @param tables tables that are registered
/// @param functions functions that are registered
public record LiveHandles(
    long engines,
    long sessions,
    long statements,
    long results,
    long batches,
    long cachedResults,
    long tables,
    long functions) {
  /// Counts what is open in this process, over all engines.
  ///
  /// @throws NativeLoadException if the native library cannot be loaded
  public static LiveHandles ofProcess() {
    try {
      NativeLibrary.load();
    } catch (LibraryLoadException e) {
      throw Errors.of(e);
    }
    return of(EngineHandle.liveInProcess(Errors::of));
  }

  static LiveHandles of(EngineHandle.Live live) {
    return new LiveHandles(
        live.engines(),
        live.sessions(),
        live.statements(),
        live.results(),
        live.batches(),
        live.storedResults(),
        live.tables(),
        live.functions());
  }

  /// All kinds together.
  public long total() {
    return engines + sessions + statements + results + batches + cachedResults + tables + functions;
  }
}
