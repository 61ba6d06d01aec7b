package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.call.DataPrismCalls;
import io.dataprism.benchmarks.call.JniCalls;
import io.dataprism.benchmarks.fetch.Fetcher;
import io.dataprism.benchmarks.fetch.Fetchers;
import io.dataprism.benchmarks.fetch.Sums;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongUnaryOperator;

/// The program of one side in Java.
///
/// Reads one run a line from standard input, `task<TAB>argument`, and answers each with a line
/// `nanoseconds<TAB>rows<TAB>integers<TAB>decimals`. Ends with its input. The peer in C speaks the same.
public final class Worker {
  static final String DATAPRISM_CALL = "dataprism-call";
  static final String JNI_CALL = "jni-call";

  /// What a side does when it is told to.
  @FunctionalInterface
  private interface Job {
    Sums run(String task, String argument) throws Exception;
  }

  private Worker() {}

  /// Serves runs of one side.
  ///
  /// @param args a side that calls; or a side that fetches, and the database file
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case DATAPRISM_CALL -> {
        DataPrismCalls.load();
        serve(DataPrismCalls::sum);
      }
      case JNI_CALL -> {
        JniCalls.load();
        serve(JniCalls::sum);
      }
      default -> serve(Fetchers.open(args[0], Path.of(args[1])));
    }
  }

  private static void serve(Fetcher fetcher) throws Exception {
    try (fetcher) {
      serve((task, sql) ->
          switch (task) {
            case "numbers" -> fetcher.numbers(sql);
            case "bytes" -> fetcher.bytes(sql);
            case "strings" -> fetcher.strings(sql);
            case "nested" -> fetcher.nested(sql);
            default -> throw new IllegalArgumentException("there is no task " + task);
          });
    }
  }

  private static void serve(LongUnaryOperator calls) throws Exception {
    serve((task, argument) -> {
      long count = Long.parseLong(argument);
      return new Sums(count, calls.applyAsLong(count), 0);
    });
  }

  private static void serve(Job job) throws Exception {
    try (BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        int tab = line.indexOf('\t');
        String task = line.substring(0, tab);
        String argument = line.substring(tab + 1);
        long start = System.nanoTime();
        Sums sums = job.run(task, argument);
        long nanos = System.nanoTime() - start;
        System.out.println(nanos + "\t" + sums.rows() + "\t" + sums.integers() + "\t" + sums.decimals());
      }
    }
  }
}
