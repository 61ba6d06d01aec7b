package io.dataprism.benchmarks.cancel;

import io.dataprism.Engine;
import io.dataprism.Session;
import io.dataprism.error.BusyException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// Starts queries that take long, and stops each after a random time.
public final class Cancellations implements AutoCloseable {
  /// Each takes far longer than it is let run, and is busy with something else: a scan, a join, an aggregation, a sort,
  /// a window, a recursion.
  private static final List<String> QUERIES =
      List.of(
          "SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 3",
          "SELECT count(*) FROM lineitem a JOIN lineitem b USING (l_linenumber)",
          "SELECT l_comment, count(DISTINCT l_partkey), list(l_comment) FROM lineitem, range(100) GROUP BY ALL",
          "SELECT l_comment FROM lineitem, range(100) ORDER BY ALL",
          "SELECT sum(l_quantity) OVER (ORDER BY l_comment, l_partkey ROWS 100 PRECEDING) FROM lineitem, range(100)",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM"
              + " n");

  private static final long LONGEST_RUN_NANOS = 30_000_000;
  private static final long PAUSE_NANOS = 50_000;

  private final Engine engine;
  private final Random random;

  /// Opens a database file.
  ///
  /// @param seed decides how long each query runs
  public Cancellations(Path database, long seed) {
    this.engine = Engine.builder().database(database).readOnly().open();
    this.random = new Random(seed);
  }

  /// Starts a query, stops it, and waits until nothing of it is left.
  ///
  /// @param number which of the queries
  /// @return how long it took, in nanoseconds, from the cancellation until the session had run another statement and no
  ///   result was open
  /// @throws IllegalStateException if the query ended before it was stopped
  public long run(int number) {
    String sql = QUERIES.get(number % QUERIES.size());
    try (Session session = engine.session()) {
      CompletableFuture<Long> query = session.sql(sql).executeAsync();
      LockSupport.parkNanos(random.nextLong(LONGEST_RUN_NANOS));
      long start = System.nanoTime();
      if (!query.cancel(true)) {
        throw new IllegalStateException("this ended before it was stopped: " + sql, cause(query));
      }
      while (!isFree(session)) {
        // Asking without a pause would take a core from the query that is to end.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      return System.nanoTime() - start;
    }
  }

  private boolean isFree(Session session) {
    try {
      session.execute("SELECT 1");
    } catch (BusyException e) {
      return false;
    }
    return engine.liveHandles().results() == 0;
  }

  private static Throwable cause(CompletableFuture<Long> query) {
    return query.handle((changed, error) -> error).join();
  }

  @Override
  public void close() {
    engine.close();
  }
}
