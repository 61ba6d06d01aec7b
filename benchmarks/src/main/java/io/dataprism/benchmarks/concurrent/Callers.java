package io.dataprism.benchmarks.concurrent;

import io.dataprism.benchmarks.fetch.Sums;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Threads that run queries at the same time.
public final class Callers implements AutoCloseable {
  private final QueryMix mix;
  private final int callers;
  private final ExecutorService threads;

  /// @param mix is closed with the callers
  public Callers(QueryMix mix, int callers) {
    this.mix = mix;
    this.callers = callers;
    this.threads = Executors.newFixedThreadPool(callers);
  }

  /// Runs queries until so many have been run by all callers together; each takes the next one when it is done with
  /// one.
  public Sums run(int queries) throws InterruptedException, ExecutionException {
    AtomicInteger next = new AtomicInteger();
    List<Future<Long>> sums = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      sums.add(threads.submit(() -> call(next, queries)));
    }
    long total = 0;
    for (Future<Long> sum : sums) {
      total += sum.get();
    }
    return new Sums(queries, total, 0);
  }

  private long call(AtomicInteger next, int queries) throws SQLException, InterruptedException {
    long sum = 0;
    for (int number = next.getAndIncrement(); number < queries; number = next.getAndIncrement()) {
      sum += mix.run(number);
    }
    return sum;
  }

  @Override
  public void close() throws SQLException {
    threads.close();
    mix.close();
  }
}
