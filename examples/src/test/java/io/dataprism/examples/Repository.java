package io.dataprism.examples;

import java.nio.file.Path;

/// Where things are while the tests of this module run.
public final class Repository {
  /// The repository; tests run in the folder of their module.
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /// The sample data.
  public static final Path FLIGHTS = ROOT.resolve("examples/data/flights-3m.parquet");

  private Repository() {}
}
