package io.dataprism.benchmarks.jmh;

import io.dataprism.benchmarks.data.TpchDatabase;
import io.dataprism.benchmarks.fetch.Fetcher;
import io.dataprism.benchmarks.fetch.Fetchers;
import io.dataprism.benchmarks.fetch.Queries;
import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Fetching the rows of a query into Java: 6 million numbers and texts, 1 million lists and structs.
///
/// JMH starts a process for each side, so that DuckDB's library is loaded once in each.
@State(Scope.Benchmark)
@NullUnmarked // JMH fills the fields after the constructor
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "-Darrow.enable_unsafe_memory_access=true",
      "-Darrow.enable_null_check_for_get=false"
    })
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class FetchBenchmark {
  /// The way to get the rows.
  @Param({Fetchers.DATAPRISM, Fetchers.JDBC_RESULT_SET, Fetchers.JDBC_CHUNKED, Fetchers.JDBC_ARROW})
  public String side;

  private Fetcher fetcher;

  /// Opens the database, which is made if it is not there.
  @Setup
  public void open() throws SQLException, IOException {
    fetcher = Fetchers.open(side, TpchDatabase.ensure(Path.of("target", "data"), 1));
  }

  /// Closes the database.
  @TearDown
  public void close() throws SQLException, IOException {
    fetcher.close();
  }

  /// Three columns of numbers.
  @Benchmark
  public Sums numbers() throws SQLException, IOException {
    return fetcher.numbers(Queries.NUMBERS);
  }

  /// The bytes of texts.
  @Benchmark
  public Sums bytes() throws SQLException, IOException {
    return fetcher.bytes(Queries.TEXTS);
  }

  /// Texts as Strings.
  @Benchmark
  public Sums strings() throws SQLException, IOException {
    return fetcher.strings(Queries.TEXTS);
  }

  /// Lists and structs; jdbc-chunked cannot read them.
  @Benchmark
  public Sums nested() throws SQLException, IOException {
    return fetcher.nested(Queries.NESTED);
  }
}
