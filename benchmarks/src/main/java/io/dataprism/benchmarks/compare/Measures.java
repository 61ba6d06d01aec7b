package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.compare.Measure.Peer;
import io.dataprism.benchmarks.fetch.Fetchers;
import io.dataprism.benchmarks.fetch.Queries;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.benchmarks.function.FunctionQueries;
import io.dataprism.benchmarks.ingest.Rows;
import io.dataprism.benchmarks.start.DataPrismFirstResult;
import io.dataprism.benchmarks.start.JdbcFirstResult;
import io.dataprism.benchmarks.tpch.TpchAnswers;
import io.dataprism.benchmarks.tpch.TpchQueries;
import java.util.ArrayList;
import java.util.List;

/// All measures, with their peers and goals.
final class Measures {
  /// So many that a run lasts some tenths of a second.
  private static final long CALLS = 50_000_000;

  /// So many that the slowest of a hundred are some tens, and keys of TPC-H's suppliers at scale factor 1.
  private static final PointRuns POINTS = new PointRuns(1_000, 10_000);

  private static final int CALLERS_QUERIES = 2_000;

  private static final int CANCELLATIONS = 200;

  /// A hit takes some microseconds; so many take long enough for a clock.
  private static final int CACHED_RUNS = 1_000;

  /// Within which a query that is stopped has to have given everything back, in milliseconds.
  private static final double CANCEL_LIMIT = 50;

  private static final Rows INGESTED = new Rows(2_000_000);

  /// What a side does that would take minutes for all.
  private static final Rows INGESTED_PART = new Rows(2_000);

  static final List<Measure> ALL =
      List.of(
          new Measure(
              "fetch-numeric",
              "ms",
              fetching(Fetchers.DATAPRISM, "numbers", Queries.NUMBERS),
              List.of(
                  new Peer(Fetchers.JDBC_RESULT_SET, 5, fetching(Fetchers.JDBC_RESULT_SET, "numbers", Queries.NUMBERS)),
                  new Peer(Fetchers.JDBC_CHUNKED, 2.5, fetching(Fetchers.JDBC_CHUNKED, "numbers", Queries.NUMBERS)),
                  new Peer(Fetchers.JDBC_ARROW, 2, fetching(Fetchers.JDBC_ARROW, "numbers", Queries.NUMBERS)),
                  new Peer("c", 0.95, launcher -> launcher.fetchingInC("numbers", Queries.NUMBERS)))),
          new Measure(
              "fetch-varchar",
              "ms",
              fetching(Fetchers.DATAPRISM, "bytes", Queries.TEXTS),
              List.of(
                  new Peer(Fetchers.JDBC_RESULT_SET, 40, fetching(Fetchers.JDBC_RESULT_SET, "bytes", Queries.TEXTS)),
                  new Peer(Fetchers.JDBC_CHUNKED, 12, fetching(Fetchers.JDBC_CHUNKED, "bytes", Queries.TEXTS)),
                  new Peer(Fetchers.JDBC_ARROW, 2.5, fetching(Fetchers.JDBC_ARROW, "bytes", Queries.TEXTS)),
                  new Peer("c", 0.95, launcher -> launcher.fetchingInC("bytes", Queries.TEXTS)))),
          new Measure(
              "fetch-string",
              "ms",
              fetching(Fetchers.DATAPRISM, "strings", Queries.TEXTS),
              List.of(
                  new Peer(Fetchers.JDBC_RESULT_SET, 18, fetching(Fetchers.JDBC_RESULT_SET, "strings", Queries.TEXTS)),
                  new Peer(Fetchers.JDBC_CHUNKED, 6, fetching(Fetchers.JDBC_CHUNKED, "strings", Queries.TEXTS)),
                  new Peer(Fetchers.JDBC_ARROW, 2.3, fetching(Fetchers.JDBC_ARROW, "strings", Queries.TEXTS)))),
          new Measure(
              "fetch-nested",
              "ms",
              fetching(Fetchers.DATAPRISM, "nested", Queries.NESTED),
              List.of(
                  new Peer(Fetchers.JDBC_RESULT_SET, 80, fetching(Fetchers.JDBC_RESULT_SET, "nested", Queries.NESTED)),
                  new Peer(Fetchers.JDBC_ARROW, 4, fetching(Fetchers.JDBC_ARROW, "nested", Queries.NESTED)),
                  new Peer("c", 0.9, launcher -> launcher.fetchingInC("nested", Queries.NESTED)))),
          new Measure(
              "call",
              "ns",
              launcher -> launcher.calling(Worker.DATAPRISM_CALL, CALLS),
              List.of(new Peer("jni", 1, launcher -> launcher.calling(Worker.JNI_CALL, CALLS)))),
          new Measure(
              "first-result",
              "ms",
              launcher -> launcher.starting(DataPrismFirstResult.class, Launcher::isOurs),
              List.of(
                  new Peer("jdbc", 3.5, launcher -> launcher.starting(JdbcFirstResult.class, Launcher::isJdbcDriver)))),
          pointQuery("p50"),
          pointQuery("p99"),
          new Measure(
              "tpch-sf1",
              "ms",
              Measure.Better.LESS,
              launcher -> launcher.answering(Worker.DATAPRISM_ANSWERS, TpchQueries.all()),
              List.of(
                  new Peer("c", 0.98, launcher -> launcher.answeringInC(TpchQueries.all())),
                  new Peer("jdbc", 1, launcher -> launcher.answering(Worker.JDBC_ANSWERS, TpchQueries.all()))),
              TpchAnswers.ALL,
              4),
          concurrent(1),
          concurrent(2),
          concurrent(16),
          concurrent(256),
          scan(1),
          scan(2),
          scalarFunction(1),
          scalarFunction(2),
          aggregate("", 1, FunctionQueries.AGGREGATE, FunctionQueries.AGGREGATE_IN_SQL),
          aggregate("", 2, FunctionQueries.AGGREGATE, FunctionQueries.AGGREGATE_IN_SQL),
          aggregate("grouped-", 1, FunctionQueries.GROUPED, FunctionQueries.GROUPED_IN_SQL),
          aggregate("grouped-", 2, FunctionQueries.GROUPED, FunctionQueries.GROUPED_IN_SQL),
          tableFunction(1),
          tableFunction(2),
          new Measure(
              "ingest-columnar",
              "ms",
              ingesting(Worker.DATAPRISM_INGEST),
              List.of(
                  new Peer("jdbc-appender", 25, ingesting(Worker.JDBC_INGEST)),
                  new Peer("jdbc-batched", 5, ingesting(Worker.JDBC_BATCHED_INGEST)),
                  new Peer(
                      "jdbc-executebatch",
                      25,
                      launcher -> launcher.ingesting(Worker.JDBC_STATEMENTS_INGEST, INGESTED, INGESTED_PART),
                      List.of(INGESTED_PART.sums())),
                  new Peer("jdbc-arrow", 1, ingesting(Worker.JDBC_ARROW_INGEST)),
                  new Peer("c", 0.9, launcher -> launcher.ingestingInC(INGESTED)))),
          new Measure(
              "ingest-columnar-ready",
              "ms",
              ingesting(Worker.DATAPRISM_READY_INGEST),
              List.of(
                  new Peer("jdbc-appender", 25, ingesting(Worker.JDBC_INGEST)),
                  new Peer("jdbc-batched", 5, ingesting(Worker.JDBC_BATCHED_INGEST)),
                  new Peer("jdbc-arrow", 1, ingesting(Worker.JDBC_ARROW_INGEST)),
                  new Peer("c", 0.9, launcher -> launcher.ingestingInC(INGESTED)))),
          new Measure(
              "ingest-records",
              "ms",
              ingesting(Worker.DATAPRISM_RECORDS_INGEST),
              List.of(
                  new Peer("jdbc-appender", 1, ingesting(Worker.JDBC_RECORDS_INGEST)),
                  new Peer("jdbc-batched", 1, ingesting(Worker.JDBC_BATCHED_RECORDS_INGEST)))),
          new Measure(
              "fetch-parallel",
              "ms",
              fetching(Worker.DATAPRISM_WORK, "unordered", Queries.NUMBERS),
              List.of(new Peer("sequential", 1.6, fetching(Worker.DATAPRISM_WORK, "sequential", Queries.NUMBERS)))),
          new Measure(
              "cache-hit",
              "us",
              launcher -> launcher.repeating(Worker.DATAPRISM_CACHED, CACHED_RUNS),
              List.of(new Peer("uncached", 1, launcher -> launcher.repeating(Worker.DATAPRISM_UNCACHED, 1)))),
          new Measure(
              "cancel-p99",
              "ms",
              launcher -> launcher.stopping(Worker.DATAPRISM_CANCEL, "p99", CANCELLATIONS),
              List.of(
                  new Peer(
                      "limit",
                      1,
                      _ ->
                          new FixedContender(
                              new Contender.Sample(CANCEL_LIMIT, new Sums(CANCELLATIONS, CANCELLATIONS, 0)))))));

  private Measures() {}

  private static Measure pointQuery(String quantile) {
    return new Measure(
        "small-query-" + quantile,
        "us",
        launcher -> launcher.lookingUp(Worker.DATAPRISM_POINT, quantile, POINTS),
        List.of(
            new Peer("jdbc", 1.2, launcher -> launcher.lookingUp(Worker.JDBC_POINT, quantile, POINTS)),
            new Peer("c", 0.95, launcher -> launcher.lookingUpInC(quantile, POINTS))));
  }

  private static Measure scan(int threads) {
    return new Measure(
        "scan-registered-" + threads,
        "ms",
        launcher -> launcher.scanning(Worker.DATAPRISM_SCAN, threads, "registered"),
        List.of(
            new Peer("native-table", 0.9, launcher -> launcher.scanning(Worker.DATAPRISM_SCAN, threads, "native"))));
  }

  private static Measure scalarFunction(int threads) {
    List<Peer> peers = new ArrayList<>();
    peers.add(sql(threads, FunctionQueries.SCALAR_IN_SQL));
    peers.add(new Peer("jdbc-udf", 6, functions(Worker.JDBC_FUNCTIONS, threads, FunctionQueries.SCALAR)));
    addOneThread(peers, threads, FunctionQueries.SCALAR);
    return new Measure(
        "udf-scalar-" + threads, "ms", functions(Worker.DATAPRISM_FUNCTIONS, threads, FunctionQueries.SCALAR), peers);
  }

  private static Measure aggregate(String kind, int threads, String query, String inSql) {
    List<Peer> peers = new ArrayList<>();
    peers.add(sql(threads, inSql));
    addOneThread(peers, threads, query);
    return new Measure(
        "udf-aggregate-" + kind + threads, "ms", functions(Worker.DATAPRISM_FUNCTIONS, threads, query), peers);
  }

  private static Measure tableFunction(int threads) {
    String query = FunctionQueries.table(Worker.CALLED);
    List<Peer> peers = new ArrayList<>();
    peers.add(sql(threads, FunctionQueries.tableInSql(Worker.CALLED)));
    peers.add(new Peer("jdbc-udf", 6, functions(Worker.JDBC_FUNCTIONS, threads, query)));
    addOneThread(peers, threads, query);
    return new Measure("udf-table-" + threads, "ms", functions(Worker.DATAPRISM_FUNCTIONS, threads, query), peers);
  }

  private static Peer sql(int threads, String sql) {
    return new Peer("sql", 0.8, functions(Worker.DATAPRISM_FUNCTIONS, threads, sql));
  }

  /// More threads have to help.
  private static void addOneThread(List<Peer> peers, int threads, String sql) {
    if (threads > 1) {
      peers.add(new Peer("one-thread", 1.6, functions(Worker.DATAPRISM_FUNCTIONS, 1, sql)));
    }
  }

  private static Measure.Start functions(String side, int threads, String sql) {
    return launcher -> launcher.callingFunctions(side, threads, sql);
  }

  private static Measure.Start ingesting(String side) {
    return launcher -> launcher.ingesting(side, INGESTED);
  }

  private static Measure concurrent(int callers) {
    return new Measure(
        "concurrent-" + callers,
        "queries/s",
        Measure.Better.MORE,
        launcher -> launcher.servingCallers(Worker.DATAPRISM_CALLERS, callers, CALLERS_QUERIES),
        List.of(
            new Peer("jdbc", 1, launcher -> launcher.servingCallers(Worker.JDBC_CALLERS, callers, CALLERS_QUERIES))),
        null,
        1);
  }

  private static Measure.Start fetching(String side, String task, String sql) {
    return launcher -> launcher.fetching(side, task, sql);
  }
}
