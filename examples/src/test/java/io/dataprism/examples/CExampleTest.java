package io.dataprism.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The C program, built against the header and the libraries as a user of the C ABI would.
class CExampleTest {
  private static final Path C = Repository.ROOT.resolve("examples/c");
  private static final Path INCLUDE = Repository.ROOT.resolve("native/include");

  @TempDir static Path built;

  @BeforeAll
  static void build() throws Exception {
    for (Path library : libraries()) {
      Files.copy(library, built.resolve(library.getFileName().toString()));
    }
    Command compiler =
        run(
            "cc",
            "-std=c11",
            "-O2",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-I" + INCLUDE,
            C.resolve("flights.c").toString(),
            "-o",
            built.resolve("flights").toString(),
            "-L" + built,
            "-ldataprism",
            "-Wl,-rpath," + (isMac() ? "@loader_path" : "$ORIGIN"));
    assertThat(compiler).isEqualTo(new Command(0, ""));
  }

  @Test
  void it_reads_batches_in_place_and_handles_an_error() throws Exception {
    Command flights = run(built.resolve("flights").toString(), Repository.FLIGHTS.toString(), "500");
    assertThat(flights.output())
        .contains("358163 of 1634174 flights arrived 15 minutes late or later (21.9 %)")
        .contains("a query with a typing error: error 300: Referenced column \"dely\" not found")
        .contains("at byte 7 of: SELECT dely FROM read_parquet(?)")
        .contains("\"delay\"");
    assertThat(flights.status()).isZero();
  }

  @Test
  void a_missing_file_is_an_error_that_names_it() throws Exception {
    Command flights = run(built.resolve("flights").toString(), "missing.parquet");
    assertThat(flights.output()).contains("the query: error 70").contains("missing.parquet");
    assertThat(flights.status()).isEqualTo(1);
  }

  @Test
  void the_header_is_cxx_too() throws Exception {
    assumeThat(Command.exists("c++")).isTrue();
    String header = INCLUDE.resolve("dataprism.h").toString();
    assertThat(run("c++", "-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", header))
        .isEqualTo(new Command(0, ""));
  }

  @Test
  void its_makefile_builds_and_runs_it() throws Exception {
    assumeThat(Command.exists("make")).isTrue();
    Command make = run("make", "OUT=" + built.resolve("make"), "run");
    assertThat(make.output()).contains("358163 of 1634174 flights");
    assertThat(make.status()).isZero();
  }

  private static Command run(String... command) throws IOException, InterruptedException {
    return Command.run(C, List.of(command));
  }

  /// Our library, and DuckDB's, which it looks for beside itself.
  private static List<Path> libraries() throws IOException {
    List<Path> libraries = new ArrayList<>();
    libraries.add(Repository.ROOT.resolve("native/target/release/libdataprism." + (isMac() ? "dylib" : "so")));
    try (Stream<Path> files = Files.list(Repository.ROOT.resolve("native/duckdb/lib"))) {
      files.filter(file -> file.getFileName().toString().startsWith("libduckdb_java.")).forEach(libraries::add);
    }
    return libraries;
  }

  private static boolean isMac() {
    return System.getProperty("os.name").startsWith("Mac");
  }
}
