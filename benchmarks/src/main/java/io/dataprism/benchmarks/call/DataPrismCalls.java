package io.dataprism.benchmarks.call;

import io.dataprism.bindings.LibraryLoadException;
import io.dataprism.bindings.NativeLibrary;

/// Calls through this library's bindings: a critical downcall of the Foreign Function and Memory API.
public final class DataPrismCalls {
  private DataPrismCalls() {}

  /// Loads the library.
  public static void load() throws LibraryLoadException {
    NativeLibrary.load();
  }

  /// Calls a function that does nothing so often, and sums what it returns.
  public static long sum(long count) {
    long sum = 0;
    for (long i = 0; i < count; i++) {
      sum += NativeLibrary.abiVersion();
    }
    return sum;
  }
}
