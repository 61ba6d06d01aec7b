package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Fetchers;
import io.dataprism.benchmarks.ingest.Rows;
import io.dataprism.benchmarks.point.PointQuery;
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
/// @param fetched the database file that sides fetch from
/// @param tables the database file with TPC-H's tables
/// @param programs the folder with the peers that are made from C
record Launcher(Path fetched, Path tables, Path programs) {
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

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double NANOS_PER_MICRO = TimeUnit.MICROSECONDS.toNanos(1);

  /// A side that fetches, in Java; its time is in milliseconds.
  Contender fetching(String side, String task, String sql) throws IOException {
    List<String> flags = side.equals(Fetchers.JDBC_ARROW) ? ARROW_FLAGS : List.of();
    List<String> command = worker(flags, side, fetched.toString());
    return new WorkerContender(command, task, List.of(sql), Launcher::millis);
  }

  /// The side that fetches in C; its time is in milliseconds.
  Contender fetchingInC(String task, String sql) throws IOException {
    return new WorkerContender(program("fetch", fetched), task, List.of(sql), Launcher::millis);
  }

  /// A side that calls; its time is in nanoseconds a call.
  Contender calling(String side, long calls) throws IOException {
    List<String> command = worker(List.of("-Djava.library.path=" + programs), side);
    return new WorkerContender(command, "calls", List.of(Long.toString(calls)), nanos -> (double) nanos / calls);
  }

  /// A side that runs queries one after the other and reads their answers; the time of all is in milliseconds.
  Contender answering(String side, List<String> queries) throws IOException {
    return new WorkerContender(worker(List.of(), side, tables.toString()), "answer", queries, Launcher::millis);
  }

  /// The side that does so in C.
  Contender answeringInC(List<String> queries) throws IOException {
    return new WorkerContender(program("query", tables), "answer", queries, Launcher::millis);
  }

  /// A side that looks rows up one by one.
  ///
  /// @param quantile which quantile of the calls' times counts, such as `p50`; in microseconds
  Contender lookingUp(String side, String quantile, PointRuns runs) throws IOException {
    List<String> command = worker(List.of(), side, tables.toString());
    return new WorkerContender(command, quantile, List.of(runs.argument()), Launcher::micros);
  }

  /// The side that does so in C.
  Contender lookingUpInC(String quantile, PointRuns runs) throws IOException {
    List<String> arguments = List.of(runs.argument() + " " + PointQuery.SQL);
    return new WorkerContender(program("query", tables), quantile, arguments, Launcher::micros);
  }

  /// A side with many callers at once; it gives queries a second.
  ///
  /// @param queries how many are run by all callers together in one run
  Contender servingCallers(String side, int callers, int queries) throws IOException {
    List<String> command = worker(List.of(), side, tables.toString(), Integer.toString(callers));
    return new WorkerContender(
        command, "queries", List.of(Integer.toString(queries)), nanos -> queries * NANOS_PER_SECOND / nanos);
  }

  /// A side that runs the same query again and again; the time of one is in microseconds.
  ///
  /// @param times how often it is run before the time counts as one
  Contender repeating(String side, int times) throws IOException {
    List<String> command = worker(List.of(), side, tables.toString());
    return new WorkerContender(command, "repeat", List.of(Integer.toString(times)), nanos -> micros(nanos) / times);
  }

  /// A side that sums numbers of a table.
  ///
  /// @param threads how many threads run a query
  Contender scanning(String side, int threads, String table) throws IOException {
    List<String> command = worker(List.of(), side, Integer.toString(threads));
    return new WorkerContender(command, "sum", List.of(table), Launcher::millis);
  }

  /// A side whose queries call functions written in Java.
  ///
  /// @param threads how many threads run a query
  Contender callingFunctions(String side, int threads, String sql) throws IOException {
    return new WorkerContender(
        worker(List.of(), side, Integer.toString(threads)), "query", List.of(sql), Launcher::millis);
  }

  /// A side that fills a table, in Java.
  Contender ingesting(String side, Rows rows) throws IOException {
    return ingesting(side, rows, rows);
  }

  /// A side that fills a table with a part of the rows; its time is multiplied to that of all.
  Contender ingesting(String side, Rows rows, Rows part) throws IOException {
    List<String> flags = side.equals(Worker.JDBC_ARROW_INGEST) ? ARROW_FLAGS : List.of();
    List<String> command = worker(flags, side, Integer.toString(part.count()));
    return new WorkerContender(command, "fill", List.of("rows"), nanos -> millis(nanos) * rows.count() / part.count());
  }

  /// The side that fills a table in C.
  Contender ingestingInC(Rows rows) throws IOException {
    List<String> command = List.of(programs.resolve("ingest").toString(), Integer.toString(rows.count()));
    return new WorkerContender(command, "fill", List.of("rows"), Launcher::millis);
  }

  /// A side that stops queries.
  ///
  /// @param quantile which quantile of the times counts, such as `p99`; in milliseconds
  Contender stopping(String side, String quantile, int queries) throws IOException {
    List<String> command = worker(List.of(), side, tables.toString());
    return new WorkerContender(command, quantile, List.of(Integer.toString(queries)), Launcher::millis);
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

  private static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  private static double micros(long nanos) {
    return nanos / NANOS_PER_MICRO;
  }

  private List<String> program(String name, Path database) {
    return List.of(programs.resolve(name).toString(), database.toString());
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
