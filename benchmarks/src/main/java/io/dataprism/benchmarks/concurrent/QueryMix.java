package io.dataprism.benchmarks.concurrent;

import java.sql.SQLException;
import java.util.List;

/// One way for many callers to run small queries on one database: prepared statements that each give one row of a
/// BIGINT and a VARCHAR. Thread-safe.
public interface QueryMix extends AutoCloseable {
  /// A lookup, an aggregation and a join, of TPC-H's small tables.
  List<String> QUERIES =
      List.of(
          "SELECT s_suppkey, s_name FROM supplier WHERE s_suppkey = ?",
          "SELECT count(*), coalesce(max(s_name), '') FROM supplier WHERE s_nationkey = ?",
          """
          SELECT count(*), max(r_name) FROM nation JOIN region ON n_regionkey = r_regionkey WHERE n_nationkey = ?
          """);

  /// How many keys the parameters are taken from: as many as TPC-H has nations.
  int KEYS = 25;

  /// Runs one of the queries.
  ///
  /// @param number which one, and with which parameter: each number stands for the same query on every side
  /// @return the row's number and the length of its text, added up
  long run(int number) throws SQLException, InterruptedException;

  @Override
  void close() throws SQLException;

  /// The place in [#QUERIES] that a number stands for.
  static int query(int number) {
    return number % QUERIES.size();
  }

  /// The parameter that a number stands for.
  static long key(int number) {
    // Suppliers are counted from one on, nations from zero.
    return query(number) == 0 ? 1 + number % KEYS : number % KEYS;
  }
}
