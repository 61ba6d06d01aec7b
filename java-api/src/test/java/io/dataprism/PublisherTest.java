package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.error.CatalogException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.metrics.QueryMetrics;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Rows as a publisher of batches.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PublisherTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// Sums a first column of BIGINT, and asks for a number of batches at a time.
  private static class Summing implements Subscriber<RecordBatch> {
    final CompletableFuture<Long> sum = new CompletableFuture<>();
    final CountDownLatch subscribed = new CountDownLatch(1);
    final AtomicInteger batches = new AtomicInteger();
    final AtomicInteger inOnNext = new AtomicInteger();
    final AtomicLong soFar = new AtomicLong();
    final int atATime;
    volatile Subscription subscription;

    Summing(int atATime) {
      this.atATime = atATime;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      this.subscription = subscription;
      subscribed.countDown();
      if (atATime > 0) {
        subscription.request(atATime);
      }
    }

    @Override
    public void onNext(RecordBatch batch) {
      assertThat(inOnNext.incrementAndGet()).as("calls of onNext at once").isEqualTo(1);
      for (long row = 0; row < batch.rowCount(); row++) {
        soFar.addAndGet(batch.int64(0).get(row));
      }
      inOnNext.decrementAndGet();
      if (batches.incrementAndGet() % Math.max(atATime, 1) == 0 && atATime > 0) {
        subscription.request(atATime);
      }
    }

    @Override
    public void onError(Throwable e) {
      sum.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      sum.complete(soFar.get());
    }
  }

  @Test
  void everyRowArrivesOnceWhateverIsAskedForAtATime() throws Exception {
    try (Engine engine = Engine.open()) {
      Query query = engine.sql("SELECT range FROM range(1000000)");
      for (int atATime : new int[] {1, 2, 7, Integer.MAX_VALUE}) {
        Summing subscriber = new Summing(atATime);
        query.publish().subscribe(subscriber);
        assertThat(subscriber.sum.get()).isEqualTo(499_999_500_000L);
      }
    }
  }

  @Test
  void nothingIsFetchedThatNobodyAskedFor() throws Exception {
    try (Engine engine = Engine.open()) {
      Summing subscriber = new Summing(0);
      // What was fetched is told when the query has ended, whether it was handed over or not.
      CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
      engine.sql("SELECT range FROM range(1000000)").onMetrics(metrics::complete).publish().subscribe(subscriber);
      subscriber.subscribed.await();
      assertThat(engine.liveHandles().results()).isZero();
      for (int asked = 1; asked <= 3; asked++) {
        subscriber.subscription.request(1);
        while (subscriber.batches.get() < asked) {
          Thread.onSpinWait();
        }
        // What would fetch ahead had its turn before this one.
        engine.sql("SELECT 1").executeAsync().join();
      }
      subscriber.subscription.cancel();
      assertThat(metrics.get().batches()).isEqualTo(3);
      assertThat(subscriber.batches).hasValue(3);
      while (engine.liveHandles().results() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void cancellingStopsAQueryThatHasNotGivenARow() throws Exception {
    try (Engine engine = Engine.builder().workers(1).open()) {
      Summing subscriber = new Summing(1);
      CountDownLatch running = new CountDownLatch(1);
      engine.sql(Workers.ENDLESS).onProgress(progress -> running.countDown()).publish().subscribe(subscriber);
      running.await();
      subscriber.subscription.cancel();
      // The one worker is free again.
      assertThat(engine.sql("SELECT 1").executeAsync().join()).isZero();
      assertThat(subscriber.sum).isNotDone();
    }
  }

  @Test
  void whatTheQueryThrowsGoesToOnError() {
    try (Engine engine = Engine.open()) {
      Summing missing = new Summing(1);
      engine.sql("FROM nowhere").publish().subscribe(missing);
      assertThat(missing.sum)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .havingRootCause()
          .isInstanceOf(CatalogException.class);
      Summing slow = new Summing(1);
      engine
          .sql("SELECT count(*) FROM range(1000000000000000)")
          .timeLimit(Duration.ofMillis(50))
          .publish()
          .subscribe(slow);
      assertThat(slow.sum)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withCauseInstanceOf(TimeLimitException.class);
    }
  }

  @Test
  void whatASubscriberThrowsEndsItsSubscription() {
    try (Engine engine = Engine.open()) {
      Summing failing =
          new Summing(1) {
            @Override
            public void onNext(RecordBatch batch) {
              throw new IllegalStateException("a subscriber that fails, on purpose");
            }
          };
      engine.sql("SELECT range FROM range(1000000)").publish().subscribe(failing);
      assertThat(failing.sum)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withCauseInstanceOf(IllegalStateException.class);
      assertThat(engine.liveHandles().results()).isZero();
    }
  }

  @Test
  void aSubscriberMayWaitForOtherQueriesOfTheOnlyWorker() {
    try (Engine engine = Engine.builder().workers(1).open()) {
      Summing subscriber =
          new Summing(1) {
            @Override
            public void onNext(RecordBatch batch) {
              assertThat(Thread.currentThread().isVirtual()).isTrue();
              assertThat(engine.sql("SELECT 1").executeAsync().join()).isZero();
              super.onNext(batch);
            }

            @Override
            public void onComplete() {
              engine.execute("SELECT 1");
              super.onComplete();
            }
          };
      engine.sql("SELECT range FROM range(50000)").publish().subscribe(subscriber);
      assertThat(subscriber.sum).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(1_249_975_000L);
    }
  }

  @Test
  void aSubscriberThatInterruptsItsThreadDoesNotStopTheQuery() {
    try (Engine engine = Engine.open()) {
      Summing subscriber =
          new Summing(1) {
            @Override
            public void onNext(RecordBatch batch) {
              super.onNext(batch);
              Thread.currentThread().interrupt();
            }
          };
      engine.sql("SELECT range FROM range(50000)").publish().subscribe(subscriber);
      assertThat(subscriber.sum).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(1_249_975_000L);
    }
  }

  @Test
  void askingForNothingIsAnError() {
    try (Engine engine = Engine.open()) {
      Summing subscriber = new Summing(0);
      engine.sql("SELECT range FROM range(10)").publish().subscribe(subscriber);
      subscriber.subscription.request(0);
      assertThat(subscriber.sum)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withCauseInstanceOf(IllegalArgumentException.class);
    }
  }
}
