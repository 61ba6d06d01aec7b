package io.dataprism.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InternalException;
import io.dataprism.error.IoException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is told of engines that fail, of queries that nobody wants any more, and of listeners that misbehave.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FailureEventsTest {
  @TempDir Path directory;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aLazyEngineThatCannotStartHasFailedEachTime() throws Exception {
    Path file = Files.writeString(directory.resolve("none.db"), "this is no database, and no row of it will be read");
    try (Engine engine = Engine.builder().database(file).lazy().open()) {
      EventBus events = engine.events();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> engine.execute("SELECT 1")).isInstanceOf(IoException.class);
      }
      assertThat(events.history(EngineFailed.class))
          .hasSize(2)
          .allSatisfy(failed -> {
            assertThat(failed.error()).isEqualTo(ErrorCode.IO);
            assertThat(failed.message()).contains("none.db");
          });
      Files.delete(file);
      engine.execute("SELECT 1");
      assertThat(events.history(EngineOpened.class)).hasSize(1);
    }
  }

  @Test
  void aFatalErrorIsToldOnce() {
    try (Engine engine = Engine.open(directory.resolve("fatal.db"))) {
      EventBus events = engine.events();
      engine.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
      engine.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'");
      assertThatThrownBy(() -> engine.execute("INSERT INTO t VALUES (1); CHECKPOINT"))
          .isInstanceOf(InternalException.class);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> engine.execute("INSERT INTO t VALUES (1)")).isInstanceOf(InternalException.class);
      }
      assertThat(events.history(EngineFailed.class)).extracting(EngineFailed::error).containsExactly(ErrorCode.FATAL);
    }
  }

  @Test
  void aSubscriptionThatIsCancelledBetweenRequestsWasAQueryThatIsCancelled() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<QueryEnded> told = new LinkedBlockingQueue<>();
      engine.events().subscribe(QueryEnded.class, told::add);
      CompletableFuture<Flow.Subscription> first = new CompletableFuture<>();
      engine
          .sql("FROM range(1_000_000)")
          .publish()
          .subscribe(
              new Flow.Subscriber<>() {
                private Flow.Subscription subscription;

                @Override
                public void onSubscribe(Flow.Subscription given) {
                  subscription = given;
                  given.request(1);
                }

                @Override
                public void onNext(RecordBatch batch) {
                  first.complete(subscription);
                }

                @Override
                public void onError(Throwable e) {
                  first.completeExceptionally(e);
                }

                @Override
                public void onComplete() {}
              });
      first.get(30, TimeUnit.SECONDS).cancel();
      QueryEnded ended = told.poll(30, TimeUnit.SECONDS);
      assertThat(ended).isNotNull();
      assertThat(ended.outcome()).isEqualTo(QueryEnded.Outcome.CANCELLED);
      assertThat(ended.error()).contains(ErrorCode.INTERRUPTED);
      assertThat(ended.metrics().batches()).isEqualTo(1);
    }
  }

  @Test
  void aResultThatIsClosedEarlyIsNoFailure() {
    try (Engine engine = Engine.open()) {
      EventBus events = engine.events();
      try (QueryResult result = engine.query("FROM range(1_000_000)")) {
        result.next();
      }
      assertThat(events.history(QueryEnded.class))
          .extracting(QueryEnded::outcome)
          .containsExactly(QueryEnded.Outcome.SUCCEEDED);
    }
  }

  @Test
  void aListenerThatLeavesItsThreadInterruptedStillWaits() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
      engine
          .events()
          .subscribe(
              QueryStarted.class,
              event -> {
                interrupted.add(Thread.currentThread().isInterrupted());
                Thread.currentThread().interrupt();
              });
      for (int i = 0; i < 3; i++) {
        engine.execute("SELECT 1");
        assertThat(interrupted.poll(30, TimeUnit.SECONDS)).isFalse();
      }
    }
  }

  @Test
  void aConsumerMayCloseItsBatch() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<Long> rows = new LinkedBlockingQueue<>();
      long taken =
          engine
              .sql("FROM range(100_000)")
              .onMetrics(metrics -> rows.add(metrics.rows()))
              .timeLimit(Duration.ofMinutes(1))
              .forEachUnordered(RecordBatch::close);
      assertThat(taken).isEqualTo(100_000);
      assertThat(rows.poll(30, TimeUnit.SECONDS)).isEqualTo(100_000);
    }
  }
}
