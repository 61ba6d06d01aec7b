package io.dataprism.benchmarks.fetch;

import org.jspecify.annotations.Nullable;

/// Holds on to the latest strings, as whoever reads strings does for some time. Without it the compiler may find that a
/// string is not needed, and not make it.
final class KeptStrings {
  private static final int COUNT = 1024;

  private final @Nullable String[] strings = new String[COUNT];
  private int next;

  void keep(String string) {
    strings[next] = string;
    next = (next + 1) & (COUNT - 1);
  }
}
