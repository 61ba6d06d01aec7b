package io.dataprism.benchmarks.call;

/// Calls through JNI, into `call.c`.
public final class JniCalls {
  private JniCalls() {}

  /// Loads the library `call` from `java.library.path`.
  @SuppressWarnings("restricted")
  public static void load() {
    System.loadLibrary("call");
  }

  private static native int abiVersion();

  /// Calls a function that does nothing so often, and sums what it returns.
  public static long sum(long count) {
    long sum = 0;
    for (long i = 0; i < count; i++) {
      sum += abiVersion();
    }
    return sum;
  }
}
