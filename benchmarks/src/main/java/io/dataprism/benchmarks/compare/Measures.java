package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.compare.Measure.Peer;
import io.dataprism.benchmarks.fetch.Fetchers;
import io.dataprism.benchmarks.fetch.Queries;
import io.dataprism.benchmarks.start.DataPrismFirstResult;
import io.dataprism.benchmarks.start.JdbcFirstResult;
import java.util.List;

/// All measures, with their peers and goals.
final class Measures {
  /// So many that a run lasts some tenths of a second.
  private static final long CALLS = 50_000_000;

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
                  new Peer(
                      "jdbc", 3.5, launcher -> launcher.starting(JdbcFirstResult.class, Launcher::isJdbcDriver)))));

  private Measures() {}

  private static Measure.Start fetching(String side, String task, String sql) {
    return launcher -> launcher.fetching(side, task, sql);
  }
}
