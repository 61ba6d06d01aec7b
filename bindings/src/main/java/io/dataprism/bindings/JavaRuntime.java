package io.dataprism.bindings;

import io.dataprism.bindings.LibraryLoadException.Reason;

/// Which Java runtimes the library works on.
final class JavaRuntime {
  private static final Runtime.Version FIRST_SOUND = Runtime.Version.parse("25.0.3");

  private JavaRuntime() {}

  /// Refuses a runtime that would corrupt memory.
  static void check(Runtime.Version version) throws LibraryLoadException {
    if (version.compareToIgnoreOptional(FIRST_SOUND) < 0) {
      throw new LibraryLoadException(
          Reason.JAVA_RUNTIME,
          "Java " + version + " corrupts pinned memory under the G1 collector",
          "run on Java " + FIRST_SOUND + " or later",
          null);
    }
  }
}
