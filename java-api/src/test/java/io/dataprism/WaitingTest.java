package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.event.QueryEnded;
import io.dataprism.event.QueryEvent;
import io.dataprism.event.QueryStarted;
import io.dataprism.metrics.QueryMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Queries that wait for a worker: the only one is in another query that does not end.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WaitingTest {
  private static final Duration LIMIT = Duration.ofMillis(50);

  private final Engine engine = Engine.builder().workers(1).maxQueued(1).eventHistory(100).open();
  private CompletableFuture<Long> endless;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @BeforeEach
  void occupyTheWorker() throws InterruptedException {
    endless = Workers.occupy(engine);
  }

  @AfterEach
  void closeTheEngine() {
    assertThat(endless).as("the other query still runs").isNotDone();
    endless.cancel(true);
    engine.close();
  }

  /// A subscriber that asks for one batch.
  private static final class One implements Flow.Subscriber<RecordBatch> {
    final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    volatile Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(RecordBatch batch) {
      outcome.complete(true);
    }

    @Override
    public void onError(Throwable e) {
      outcome.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      outcome.complete(false);
    }
  }

  private static <T> FutureTask<T> onVirtualThread(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofVirtual().start(task);
    return task;
  }

  private void awaitQueued(int count) {
    while (engine.status().queued() != count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theTimeLimitHoldsForAFuture() {
    Query query = engine.sql("SELECT 1").timeLimit(LIMIT);
    long begin = System.nanoTime();
    assertThatThrownBy(() -> query.runAsync().join()).hasCauseInstanceOf(TimeLimitException.class);
    assertThatThrownBy(() -> query.executeAsync().join()).hasCauseInstanceOf(TimeLimitException.class);
    assertThatThrownBy(() -> query.forEachUnorderedAsync(batch -> {}).join())
        .hasCauseInstanceOf(TimeLimitException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(LIMIT.multipliedBy(3));
    assertThat(engine.status().queued()).isZero();
  }

  @Test
  void theTimeLimitHoldsForAPublisher() {
    One subscriber = new One();
    engine.sql("SELECT 1").timeLimit(LIMIT).publish().subscribe(subscriber);
    assertThatThrownBy(subscriber.outcome::get).hasCauseInstanceOf(TimeLimitException.class);
    assertThat(engine.status().queued()).isZero();
  }

  @Test
  void theTimeLimitHoldsOnAVirtualThread() {
    Query query = engine.sql("SELECT 1").timeLimit(LIMIT);
    assertThatThrownBy(onVirtualThread(query::execute)::get).hasCauseInstanceOf(TimeLimitException.class);
    assertThatThrownBy(onVirtualThread(query::run)::get).hasCauseInstanceOf(TimeLimitException.class);
    assertThatThrownBy(onVirtualThread(() -> query.forEachUnordered(batch -> {}))::get)
        .hasCauseInstanceOf(TimeLimitException.class);
    assertThat(engine.status().queued()).isZero();
  }

  @Test
  void theTimeLimitHoldsForTheNextBatch() throws Exception {
    endless.cancel(true);
    CompletableFuture<Void> started = new CompletableFuture<>();
    CompletableFuture<Void> go = new CompletableFuture<>();
    FutureTask<Boolean> pulling =
        onVirtualThread(() -> {
          try (QueryResult result = engine.sql("FROM range(100_000)").timeLimit(Duration.ofMillis(500)).run()) {
            started.complete(null);
            go.join();
            return result.next() != null;
          }
        });
    started.join();
    endless = Workers.occupy(engine);
    go.complete(null);
    assertThatThrownBy(pulling::get).hasCauseInstanceOf(TimeLimitException.class);
    assertThat(engine.liveHandles().results()).isZero();
  }

  @Test
  void timeInTheQueueCountsAgainstTheLimitOfWhatRunsLater() throws Exception {
    CompletableFuture<Long> later = engine.sql(Workers.ENDLESS).timeLimit(Duration.ofMillis(400)).executeAsync();
    TimeUnit.MILLISECONDS.sleep(200);
    endless.cancel(true);
    long begin = System.nanoTime();
    assertThatThrownBy(later::join).hasCauseInstanceOf(TimeLimitException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(390));
    endless = Workers.occupy(engine);
  }

  @Test
  void whoIsCancelledLeavesAtOnce() {
    CompletableFuture<Long> future = engine.sql("SELECT 1").executeAsync();
    assertThatThrownBy(() -> engine.sql("SELECT 1").executeAsync()).isInstanceOf(OverloadedException.class);
    future.cancel(true);
    assertThat(engine.status().queued()).isZero();

    One subscriber = new One();
    engine.sql("SELECT 1").publish().subscribe(subscriber);
    awaitQueued(1);
    subscriber.subscription.cancel();
    assertThat(engine.status().queued()).isZero();

    FutureTask<Long> virtual = new FutureTask<>(() -> engine.execute("SELECT 1"));
    Thread thread = Thread.ofVirtual().start(virtual);
    awaitQueued(1);
    thread.interrupt();
    assertThatThrownBy(virtual::get).hasCauseInstanceOf(InterruptedQueryException.class);
    assertThat(engine.status().queued()).isZero();
  }

  @Test
  void everyQueryIsCountedThatIsRefusedCancelledOrOutOfTime() throws Exception {
    CompletableFuture<Long> cancelled = engine.sql("SELECT 'cancelled'").executeAsync();
    assertThatThrownBy(() -> engine.sql("SELECT 'refused'").executeAsync()).isInstanceOf(OverloadedException.class);
    assertThatThrownBy(() -> engine.queryAsync("SELECT 'refused'")).isInstanceOf(OverloadedException.class);
    assertThatThrownBy(() -> engine.sql("SELECT 'refused'").forEachUnorderedAsync(batch -> {}))
        .isInstanceOf(OverloadedException.class);
    assertThatThrownBy(onVirtualThread(() -> engine.execute("SELECT 'refused'"))::get)
        .hasCauseInstanceOf(OverloadedException.class);
    One subscriber = new One();
    engine.sql("SELECT 'refused'").publish().subscribe(subscriber);
    assertThatThrownBy(subscriber.outcome::get).hasCauseInstanceOf(OverloadedException.class);
    cancelled.cancel(true);
    assertThatThrownBy(() -> engine.sql("SELECT 'late'").timeLimit(LIMIT).executeAsync().get())
        .isInstanceOf(ExecutionException.class);
    assertThat(engine.statistics().errors())
        .containsOnly(
            Map.entry(ErrorCode.OVERLOADED, 5L),
            Map.entry(ErrorCode.INTERRUPTED, 1L),
            Map.entry(ErrorCode.TIME_LIMIT, 1L));
  }

  @Test
  void aQueryIsToldOfWhenItBeginsToWait() throws Exception {
    CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
    CompletableFuture<Long> waiting = engine.sql("SELECT 'x'").onMetrics(metrics::complete).executeAsync();
    List<QueryStarted> started = engine.events().history(QueryStarted.class);
    assertThat(started.getLast().sql()).isEqualTo("SELECT 'x'");
    waiting.cancel(true);
    List<QueryEvent> events = engine.events().history(QueryEvent.class);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            QueryEnded.class, ended -> assertThat(ended.queryId()).isEqualTo(started.getLast().queryId()));
    assertThat(metrics.get().queued()).isEqualTo(metrics.get().total()).isPositive();
  }

  @Test
  void aPublishersTimeInTheQueueIsMeasured() throws Exception {
    CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
    One subscriber = new One();
    long begin = System.nanoTime();
    engine.sql("SELECT 1").onMetrics(metrics::complete).publish().subscribe(subscriber);
    awaitQueued(1);
    TimeUnit.MILLISECONDS.sleep(20);
    endless.cancel(true);
    subscriber.outcome.get();
    subscriber.subscription.cancel();
    assertThat(metrics.get().queued()).isBetween(Duration.ofMillis(20), Duration.ofNanos(System.nanoTime() - begin));
    endless = Workers.occupy(engine);
  }
}
