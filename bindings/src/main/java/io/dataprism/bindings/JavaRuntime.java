package io.dataprism.bindings;

import io.dataprism.bindings.LibraryLoadException.Reason;

/// Which Java runtimes the library works on.
final class JavaRuntime {
  private static final int FEATURE = 25;
  private static final int FIRST_SOUND_UPDATE = 3;

  private JavaRuntime() {}

  /// Refuses a runtime that would corrupt memory.
  static void check(Runtime.Version version) throws LibraryLoadException {
    boolean sound =
        version.feature() > FEATURE
            || (version.feature() == FEATURE && (version.interim() > 0 || version.update() >= FIRST_SOUND_UPDATE));
    if (!sound) {
      throw new LibraryLoadException(
          Reason.JAVA_RUNTIME,
          "Java " + version + " corrupts pinned memory under the G1 collector",
          "run on Java " + FEATURE + ".0." + FIRST_SOUND_UPDATE + " or later",
          null);
    }
  }
}
