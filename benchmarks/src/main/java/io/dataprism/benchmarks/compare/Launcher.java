package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Fetchers;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Starts the sides of a measure.
///
/// @param database the database file that sides fetch from
/// @param programs the folder with the peers that are made from C
record Launcher(Path database, Path programs) {
  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /// What arrow-java needs to run on today's Java, and to read without a check for each value.
  private static final List<String> ARROW_FLAGS =
      List.of(
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Darrow.enable_unsafe_memory_access=true",
          "-Darrow.enable_null_check_for_get=false");

  private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /// A side that fetches, in Java; its time is in milliseconds.
  Contender fetching(String side, String task, String sql) throws IOException {
    List<String> flags = side.equals(Fetchers.JDBC_ARROW) ? ARROW_FLAGS : List.of();
    return new WorkerContender(worker(flags, side, database.toString()), task, sql, NANOS_PER_MILLI);
  }

  /// The side that fetches in C; its time is in milliseconds.
  Contender fetchingInC(String task, String sql) throws IOException {
    List<String> command = List.of(programs.resolve("fetch").toString(), database.toString());
    return new WorkerContender(command, task, sql, NANOS_PER_MILLI);
  }

  /// A side that calls; its time is in nanoseconds a call.
  Contender calling(String side, long calls) throws IOException {
    List<String> command = worker(List.of("-Djava.library.path=" + programs), side);
    return new WorkerContender(command, "calls", Long.toString(calls), calls);
  }

  /// A program that prints a first result, with nothing on its class path but what it needs.
  Contender starting(Class<?> program, Predicate<Path> jars) {
    Path own = ownClasses();
    String classPath =
        Stream.of(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> Path.of(entry).equals(own) || jars.test(Path.of(entry)))
            .collect(Collectors.joining(File.pathSeparator));
    return new ProgramContender(List.of(JAVA, NATIVE_ACCESS, "-cp", classPath, program.getName()));
  }

  /// Whether an entry of the class path is a part of this library: a jar, or classes that were compiled just now.
  static boolean isOurs(Path entry) {
    return entry.getFileName().toString().startsWith("dataprism") || Files.isDirectory(entry);
  }

  /// Whether an entry of the class path is DuckDB's JDBC driver.
  static boolean isJdbcDriver(Path entry) {
    return entry.getFileName().toString().startsWith("duckdb_jdbc");
  }

  private static List<String> worker(List<String> flags, String... arguments) {
    List<String> command = new ArrayList<>(List.of(JAVA, NATIVE_ACCESS));
    command.addAll(flags);
    command.addAll(List.of("-cp", CLASS_PATH, Worker.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static Path ownClasses() {
    try {
      return Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path names no folder or jar that holds " + Launcher.class, e);
    }
  }
}
