package io.dataprism;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory this process has in use, as the operating system counts it.
final class ResidentMemory {
  private ResidentMemory() {}

  /// Resident memory that belongs to this process alone, in bytes; pages of mapped files do not count. Linux only.
  static long bytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
