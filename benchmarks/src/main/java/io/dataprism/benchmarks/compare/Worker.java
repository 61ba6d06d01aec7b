package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.cache.RepeatedQuery;
import io.dataprism.benchmarks.call.DataPrismCalls;
import io.dataprism.benchmarks.call.JniCalls;
import io.dataprism.benchmarks.cancel.Cancellations;
import io.dataprism.benchmarks.concurrent.Callers;
import io.dataprism.benchmarks.concurrent.DataPrismQueryMix;
import io.dataprism.benchmarks.concurrent.JdbcQueryMix;
import io.dataprism.benchmarks.fetch.Fetcher;
import io.dataprism.benchmarks.fetch.Fetchers;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.benchmarks.function.DataPrismFunctionQuery;
import io.dataprism.benchmarks.function.FunctionQuery;
import io.dataprism.benchmarks.function.JdbcFunctionQuery;
import io.dataprism.benchmarks.ingest.DataPrismIngester;
import io.dataprism.benchmarks.ingest.Ingester;
import io.dataprism.benchmarks.ingest.JdbcArrowIngester;
import io.dataprism.benchmarks.ingest.JdbcIngester;
import io.dataprism.benchmarks.ingest.ReadyRows;
import io.dataprism.benchmarks.ingest.Rows;
import io.dataprism.benchmarks.parallel.RowWork;
import io.dataprism.benchmarks.point.DataPrismPointQuery;
import io.dataprism.benchmarks.point.JdbcPointQuery;
import io.dataprism.benchmarks.point.PointQuery;
import io.dataprism.benchmarks.register.RegisteredScan;
import io.dataprism.benchmarks.tpch.AnswerReader;
import io.dataprism.benchmarks.tpch.DataPrismAnswerReader;
import io.dataprism.benchmarks.tpch.JdbcAnswerReader;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongUnaryOperator;

/// The program of one side in Java.
///
/// Reads one run a line from standard input, `task<TAB>argument`, and answers each with a line
/// `nanoseconds<TAB>rows<TAB>integers<TAB>decimals`. Ends with its input. The peers in C speak the same.
public final class Worker {
  static final String DATAPRISM_CALL = "dataprism-call";
  static final String JNI_CALL = "jni-call";
  static final String DATAPRISM_ANSWERS = "dataprism-answers";
  static final String JDBC_ANSWERS = "jdbc-answers";
  static final String DATAPRISM_POINT = "dataprism-point";
  static final String JDBC_POINT = "jdbc-point";
  static final String DATAPRISM_CALLERS = "dataprism-callers";
  static final String JDBC_CALLERS = "jdbc-callers";
  static final String DATAPRISM_CANCEL = "dataprism-cancel";
  static final String DATAPRISM_WORK = "dataprism-work";
  static final String DATAPRISM_CACHED = "dataprism-cached";
  static final String DATAPRISM_UNCACHED = "dataprism-uncached";
  static final String DATAPRISM_SCAN = "dataprism-scan";
  static final String DATAPRISM_FUNCTIONS = "dataprism-functions";
  static final String JDBC_FUNCTIONS = "jdbc-functions";
  static final String DATAPRISM_INGEST = "dataprism-ingest";
  static final String DATAPRISM_READY_INGEST = "dataprism-ready-ingest";
  static final String DATAPRISM_RECORDS_INGEST = "dataprism-records-ingest";
  static final String JDBC_INGEST = "jdbc-ingest";
  static final String JDBC_BATCHED_INGEST = "jdbc-batched-ingest";
  static final String JDBC_STATEMENTS_INGEST = "jdbc-statements-ingest";
  static final String JDBC_ARROW_INGEST = "jdbc-arrow-ingest";
  static final String JDBC_RECORDS_INGEST = "jdbc-records-ingest";
  static final String JDBC_BATCHED_RECORDS_INGEST = "jdbc-batched-records-ingest";

  private static final long SCANNED = 20_000_000;
  static final long CALLED = 20_000_000;

  /// So that each comparison stops its queries after the same times.
  private static final long SEED = 20_260_315;

  /// What a side does when it is told to.
  @FunctionalInterface
  private interface Job {
    Sums run(String task, String argument) throws Exception;
  }

  /// What a side does when it is told to, where its time is not that of the whole.
  @FunctionalInterface
  private interface TimedJob {
    Run run(String task, String argument) throws Exception;
  }

  /// @param nanos the time that counts
  private record Run(long nanos, Sums sums) {}

  private Worker() {}

  /// Serves runs of one side.
  ///
  /// @param args a side, then the database file unless the side makes its own data, then the number of callers, threads
  ///   or rows where it is given
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
      case DATAPRISM_ANSWERS -> serve(new DataPrismAnswerReader(Path.of(args[1])));
      case JDBC_ANSWERS -> serve(new JdbcAnswerReader(Path.of(args[1])));
      case DATAPRISM_POINT -> serve(new DataPrismPointQuery(Path.of(args[1])));
      case JDBC_POINT -> serve(new JdbcPointQuery(Path.of(args[1])));
      case DATAPRISM_CALLERS -> {
        int callers = Integer.parseInt(args[2]);
        serve(new Callers(new DataPrismQueryMix(Path.of(args[1])), callers));
      }
      case JDBC_CALLERS -> {
        int callers = Integer.parseInt(args[2]);
        serve(new Callers(new JdbcQueryMix(Path.of(args[1]), callers), callers));
      }
      case DATAPRISM_CANCEL -> serve(new Cancellations(Path.of(args[1]), SEED));
      case DATAPRISM_WORK -> serve(new RowWork(Path.of(args[1])));
      case DATAPRISM_CACHED -> serve(new RepeatedQuery(Path.of(args[1]), true));
      case DATAPRISM_UNCACHED -> serve(new RepeatedQuery(Path.of(args[1]), false));
      case DATAPRISM_SCAN -> serve(new RegisteredScan(SCANNED, Integer.parseInt(args[1])));
      case DATAPRISM_FUNCTIONS -> serve(new DataPrismFunctionQuery(CALLED, Integer.parseInt(args[1])));
      case JDBC_FUNCTIONS -> serve(new JdbcFunctionQuery(CALLED, Integer.parseInt(args[1])));
      case DATAPRISM_INGEST -> serve(DataPrismIngester.arrays(rows(args)));
      case DATAPRISM_READY_INGEST -> serve(DataPrismIngester.segments(rows(args)));
      case DATAPRISM_RECORDS_INGEST -> serve(DataPrismIngester.records(rows(args)));
      case JDBC_RECORDS_INGEST -> serve(JdbcIngester.singleValues(ReadyRows.records(rows(args))));
      case JDBC_BATCHED_RECORDS_INGEST -> serve(JdbcIngester.batched(ReadyRows.records(rows(args))));
      case JDBC_INGEST -> serve(JdbcIngester.singleValues(ReadyRows.columns(rows(args))));
      case JDBC_BATCHED_INGEST -> serve(JdbcIngester.batched(ReadyRows.columns(rows(args))));
      case JDBC_STATEMENTS_INGEST -> serve(JdbcIngester.batchedStatements(ReadyRows.columns(rows(args))));
      case JDBC_ARROW_INGEST -> serve(new JdbcArrowIngester(rows(args)));
      default -> serve(Fetchers.open(args[0], Path.of(args[1])));
    }
  }

  private static Rows rows(String[] args) {
    return new Rows(Integer.parseInt(args[1]));
  }

  private static void serve(RegisteredScan scan) throws Exception {
    try (scan) {
      serve((task, table) -> scan.sum(table));
    }
  }

  private static void serve(FunctionQuery query) throws Exception {
    try (query) {
      serve((task, sql) -> query.run(sql));
    }
  }

  private static void serve(Ingester ingester) throws Exception {
    try (ingester) {
      serveTimed((task, argument) -> {
        long start = System.nanoTime();
        ingester.run();
        return new Run(System.nanoTime() - start, ingester.check());
      });
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

  private static void serve(RowWork work) throws Exception {
    try (work) {
      serve((task, sql) ->
          switch (task) {
            case "sequential" -> work.sequential(sql);
            case "unordered" -> work.unordered(sql);
            default -> throw new IllegalArgumentException("there is no task " + task);
          });
    }
  }

  private static void serve(RepeatedQuery query) throws Exception {
    try (query) {
      serve((task, times) -> query.run(Integer.parseInt(times)));
    }
  }

  private static void serve(LongUnaryOperator calls) throws Exception {
    serve((task, argument) -> {
      long count = Long.parseLong(argument);
      return new Sums(count, calls.applyAsLong(count), 0);
    });
  }

  private static void serve(AnswerReader reader) throws Exception {
    try (reader) {
      serve((task, sql) -> reader.read(sql));
    }
  }

  private static void serve(Callers callers) throws Exception {
    try (callers) {
      serve((task, queries) -> callers.run(Integer.parseInt(queries)));
    }
  }

  private static void serve(PointQuery query) throws Exception {
    try (query) {
      serveTimed((task, argument) -> {
        PointRuns runs = PointRuns.parse(argument);
        Latencies latencies = new Latencies(runs.calls());
        long sum = 0;
        for (int i = 0; i < runs.calls(); i++) {
          long start = System.nanoTime();
          sum += query.run(runs.key(i));
          latencies.add(System.nanoTime() - start);
        }
        return new Run(latencies.quantile(share(task)), new Sums(runs.calls(), sum, 0));
      });
    }
  }

  private static void serve(Cancellations cancellations) throws Exception {
    try (cancellations) {
      serveTimed((task, argument) -> {
        int count = Integer.parseInt(argument);
        Latencies latencies = new Latencies(count);
        for (int i = 0; i < count; i++) {
          latencies.add(cancellations.run(i));
        }
        return new Run(latencies.quantile(share(task)), new Sums(count, count, 0));
      });
    }
  }

  private static double share(String task) {
    return switch (task) {
      case "p50" -> 0.5;
      case "p99" -> 0.99;
      default -> throw new IllegalArgumentException("there is no task " + task);
    };
  }

  private static void serve(Job job) throws Exception {
    serveTimed((task, argument) -> {
      long start = System.nanoTime();
      Sums sums = job.run(task, argument);
      return new Run(System.nanoTime() - start, sums);
    });
  }

  private static void serveTimed(TimedJob job) throws Exception {
    try (BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        int tab = line.indexOf('\t');
        Run run = job.run(line.substring(0, tab), line.substring(tab + 1));
        Sums sums = run.sums;
        System.out.println(run.nanos + "\t" + sums.rows() + "\t" + sums.integers() + "\t" + sums.decimals());
      }
    }
  }
}
