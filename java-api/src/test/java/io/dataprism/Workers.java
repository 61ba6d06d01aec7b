package io.dataprism;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/// What tests do with the workers of an engine.
final class Workers {
  /// A query that never ends by itself.
  static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  private Workers() {}

  /// Gives a worker something to do until the future is cancelled. When this returns, its query runs in native code.
  static CompletableFuture<Long> occupy(Engine engine) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<Long> endless = engine.sql(ENDLESS).onProgress(progress -> running.countDown()).executeAsync();
    running.await();
    return endless;
  }
}
