package io.dataprism.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The file that keeps a comparison, with what is needed to judge its numbers.
final class Report {
  private final Map<String, Object> conditions = new LinkedHashMap<>();
  private final List<Map<String, Object>> comparisons = new ArrayList<>();
  private final Map<String, Object> load = new LinkedHashMap<>();

  /// Notes date, machine and load before anything runs.
  Report(String duckdbVersion, boolean quick) throws IOException {
    load.put("before", Machine.load());
    conditions.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    conditions.put("quick", quick);
    conditions.put("machine", Machine.describe());
    conditions.put("jdk", System.getProperty("java.vm.vendor") + " " + Runtime.version());
    conditions.put("duckdb", duckdbVersion);
    conditions.put("load_average", load);
    conditions.put("comparisons", comparisons);
  }

  void add(Comparison comparison) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", comparison.name());
    entry.put("unit", comparison.unit());
    entry.put("ours", describe(comparison.ours()));
    entry.put("peers", describe(comparison.theirs()));
    entry.put("peer", comparison.peer());
    entry.put("ratio", comparison.ratio());
    entry.put("ratios", describe(comparison.ratios()));
    entry.put("goal", comparison.goal());
    comparisons.add(entry);
  }

  void write(Path file) throws IOException {
    load.put("after", Machine.load());
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, Json.write(conditions));
  }

  private static Map<String, Object> describe(Spread spread) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("median", spread.median());
    entry.put("min", spread.min());
    entry.put("lower_quartile", spread.lowerQuartile());
    entry.put("upper_quartile", spread.upperQuartile());
    entry.put("max", spread.max());
    entry.put("runs", spread.runs());
    return entry;
  }
}
