package io.dataprism.benchmarks.compare;

import io.dataprism.Engine;
import io.dataprism.benchmarks.data.TpchDatabase;
import io.dataprism.benchmarks.data.TpchTables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Compares this library with its peers; `benchmarks/compare` starts it.
public final class Compare {
  private static final double SCALE = 1;

  private Compare() {}

  /// Prints one line for each measure and peer, and writes the same to `results/comparison.json`.
  ///
  /// @param args the folder of the benchmarks, then what the user asked for
  public static void main(String[] args) throws IOException {
    Path home = Path.of(args[0]);
    Request request;
    try {
      request = Request.parse(List.of(args).subList(1, args.length));
    } catch (IllegalArgumentException e) {
      System.err.println("compare: " + e.getMessage());
      System.exit(2);
      return;
    }
    System.err.println("preparing the data");
    Path data = home.resolve("target/data");
    Launcher launcher =
        new Launcher(TpchDatabase.ensure(data, SCALE), TpchTables.ensure(data, SCALE), home.resolve("target/native"));
    Report report = new Report(duckdbVersion(), request.quick());
    for (Measure measure : request.measures()) {
      System.err.println("measuring " + measure.name());
      for (Comparison comparison : Contest.run(measure, launcher, request.effort(measure))) {
        System.out.println(comparison.line());
        report.add(comparison);
      }
    }
    report.write(home.resolve("results/comparison.json"));
  }

  private static String duckdbVersion() {
    try (Engine engine = Engine.open()) {
      return engine.duckdbVersion();
    }
  }
}
