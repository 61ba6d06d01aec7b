package io.dataprism.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/// What the sides run on.
final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final OperatingSystemMXBean SYSTEM = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private Machine() {}

  /// Its description, by name.
  static Map<String, Object> describe() throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cpu", cpu());
    machine.put("cores", SYSTEM.getAvailableProcessors());
    machine.put("memory_bytes", SYSTEM.getTotalMemorySize());
    machine.put("os", SYSTEM.getName() + " " + SYSTEM.getVersion() + " " + SYSTEM.getArch());
    return machine;
  }

  /// How many threads ran or waited to run, averaged over the last minute; negative where that is not known.
  static double load() {
    return SYSTEM.getSystemLoadAverage();
  }

  private static String cpu() throws IOException {
    if (!Files.exists(CPU_INFO)) {
      return SYSTEM.getArch();
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(SYSTEM.getArch());
    }
  }
}
