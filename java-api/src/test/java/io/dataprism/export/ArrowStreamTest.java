package io.dataprism.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.cache.CacheOptions;
import io.dataprism.error.BinderException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.metrics.QueryMetrics;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Results that are read through an Arrow C stream.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ArrowStreamTest {
  private static final String SLOW = "SELECT count(*) AS n FROM range(1_000_000_000_000) t(i) WHERE i % 3 = 1";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void theSchemaAndAllBatchesComeThroughTheStream() {
    try (Engine engine = Engine.open();
        StreamConsumer consumer = new StreamConsumer()) {
      ArrowStream stream =
          engine.sql("SELECT range AS n, 'x' AS t FROM range(?)").with(100_000).exportArrowStream(consumer.struct());
      assertThat(consumer.formats()).containsExactly("l", "U");
      assertThat(consumer.pull()).isZero();
      assertThat(consumer.bigints(0)).startsWith(0, 1, 2, 3);
      long first = consumer.bigints(0).length;
      assertThat(consumer.countRows()).isEqualTo(100_000 - first);
      assertThat(consumer.pull()).as("the end is told again").isZero();
      assertThat(consumer.last()).isNull();
      assertThat(stream.isReleased()).isFalse();
      consumer.releaseStream();
      assertThat(stream.isReleased()).isTrue();
      assertThat(stream.failure()).isEmpty();
      QueryMetrics metrics = stream.metrics();
      assertThat(metrics.rows()).isEqualTo(100_000);
      assertThat(metrics.bytes()).isPositive();
      assertThat(engine.liveHandles().results()).isZero();
      assertThat(engine.statistics().rows()).isEqualTo(100_000);
    }
  }

  @Test
  void whateverHasRowsCanBeExported() {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open();
        Session session = engine.session();
        PreparedStatement prepared = engine.prepare("SELECT * FROM range($n)");
        Transaction transaction = engine.begin()) {
      session.execute("CREATE TEMP TABLE mine AS FROM range(7)");
      transaction.execute("CREATE TABLE theirs AS FROM range(8)");
      for (var query :
          Map.of(
                  5L, engine.sql("SELECT range FROM range(5)").cached(),
                  6L, prepared.with(Map.of("n", 6)),
                  7L, session.sql("FROM mine"),
                  8L, transaction.sql("FROM theirs"))
              .entrySet()) {
        for (int i = 0; i < 2; i++) {
          try (StreamConsumer consumer = new StreamConsumer()) {
            query.getValue().exportArrowStream(consumer.struct());
            assertThat(consumer.formats()).containsExactly("l");
            assertThat(consumer.countRows()).isEqualTo(query.getKey());
          }
        }
      }
      assertThat(engine.cache().statistics().hits()).isEqualTo(1);
    }
  }

  @Test
  void batchesOutliveStreamAndEngine() {
    try (StreamConsumer consumer = new StreamConsumer()) {
      try (Engine engine = Engine.open()) {
        engine.sql("SELECT range FROM range(40_000)").exportArrowStream(consumer.struct());
        assertThat(consumer.pull()).isZero();
        assertThat(engine.liveHandles().batches()).isEqualTo(1);
        consumer.releaseStream();
      }
      assertThat(consumer.bigints(0)).startsWith(0, 1, 2);
    }
  }

  @Test
  void releasingEarlyStopsTheQueryAndFreesItsSession() {
    try (Engine engine = Engine.open();
        Session session = engine.session();
        StreamConsumer consumer = new StreamConsumer()) {
      session.sql("SELECT range FROM range(1_000_000_000)").exportArrowStream(consumer.struct());
      assertThat(consumer.pull()).isZero();
      consumer.releaseStream();
      assertThat(session.execute("CREATE TABLE free AS SELECT 1")).isEqualTo(1);
      assertThat(engine.liveHandles().results()).isZero();
    }
  }

  @Test
  void aStructureThatWasMovedWorksAndIsReleasedOnce() {
    try (Engine engine = Engine.open();
        Arena arena = Arena.ofConfined();
        StreamConsumer consumer = new StreamConsumer()) {
      MemorySegment first = arena.allocate(ArrowArrayStream.layout());
      ArrowStream stream = engine.sql("SELECT range FROM range(10)").exportArrowStream(first);
      consumer.struct().copyFrom(first);
      ArrowArrayStream.release(first, MemorySegment.NULL);
      assertThat(consumer.countRows()).isEqualTo(10);
      consumer.releaseStream();
      assertThat(stream.isReleased()).isTrue();
      assertThat(ArrowArrayStream.release(consumer.struct())).isEqualTo(MemorySegment.NULL);
    }
  }

  @Test
  void anErrorWhileRunningIsToldInWordsAndAsAnException() {
    try (Engine engine = Engine.open();
        StreamConsumer consumer = new StreamConsumer()) {
      ArrowStream stream =
          engine
              .sql("SELECT CAST(CASE WHEN range = 50_000 THEN 'x' ELSE '1' END AS INTEGER) AS n FROM range(100_000)")
              .exportArrowStream(consumer.struct());
      int code;
      do {
        code = consumer.pull();
      } while (code == 0 && consumer.last() != null);
      assertThat(code).isEqualTo(22);
      assertThat(consumer.lastError()).contains("Could not convert string 'x'");
      assertThat(stream.failure()).hasValueSatisfying(e -> assertThat(e).isInstanceOf(ConversionException.class));
      assertThat(consumer.pull()).as("it is told again").isEqualTo(22);
    }
  }

  @Test
  void aQueryThatDoesNotStartLeavesTheStructureAlone() {
    try (Engine engine = Engine.open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(ArrowArrayStream.layout());
      assertThatThrownBy(() -> engine.sql("SELECT nothing").exportArrowStream(struct))
          .isInstanceOf(BinderException.class);
      assertThat(ArrowArrayStream.release(struct)).isEqualTo(MemorySegment.NULL);
      for (MemorySegment wrong :
          List.of(struct.asSlice(0, 39), struct.asReadOnly(), MemorySegment.ofArray(new byte[64]))) {
        assertThatThrownBy(() -> engine.sql("SELECT 1").exportArrowStream(wrong))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("ArrowArrayStream");
      }
      assertThat(engine.liveHandles().results()).isZero();
    }
  }

  @Test
  void theTimeLimitStopsAPullInProgress() {
    try (Engine engine = Engine.open();
        StreamConsumer consumer = new StreamConsumer()) {
      ArrowStream stream = engine.sql(SLOW).timeLimit(Duration.ofMillis(300)).exportArrowStream(consumer.struct());
      assertThat(consumer.pull()).isEqualTo(5);
      assertThat(stream.failure()).hasValueSatisfying(e -> assertThat(e).isInstanceOf(TimeLimitException.class));
    }
  }

  @Test
  void cancellingStopsAPullInProgressAndAllThatFollow() throws Exception {
    try (Engine engine = Engine.open();
        StreamConsumer consumer = new StreamConsumer();
        var executor = Executors.newSingleThreadExecutor()) {
      ArrowStream stream = engine.sql(SLOW).exportArrowStream(consumer.struct());
      CompletableFuture<Integer> pull = CompletableFuture.supplyAsync(consumer::pull, executor);
      assertThat(pull.isDone()).isFalse();
      stream.cancel();
      assertThat(pull.get(60, TimeUnit.SECONDS)).isEqualTo(5);
      assertThat(stream.failure()).hasValueSatisfying(e -> assertThat(e).isInstanceOf(InterruptedQueryException.class));
      assertThat(consumer.pull()).isEqualTo(5);
    }
  }

  @Test
  void interruptingThePullingThreadStopsTheQuery() throws Exception {
    try (Engine engine = Engine.open();
        StreamConsumer consumer = new StreamConsumer()) {
      engine.sql(SLOW).exportArrowStream(consumer.struct());
      CompletableFuture<Integer> pulled = new CompletableFuture<>();
      Thread thread = Thread.ofPlatform().start(() -> pulled.complete(consumer.pull()));
      thread.interrupt();
      assertThat(pulled.get(60, TimeUnit.SECONDS)).isEqualTo(5);
      thread.join();
    }
  }

  @Test
  void aVirtualThreadMayPull() throws Exception {
    try (Engine engine = Engine.open();
        StreamConsumer consumer = new StreamConsumer()) {
      engine.sql("SELECT range FROM range(50_000)").exportArrowStream(consumer.struct());
      CompletableFuture<Long> rows = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            rows.complete(consumer.countRows());
          });
      assertThat(rows.get(60, TimeUnit.SECONDS)).isEqualTo(50_000);
    }
  }

  @Test
  void aClosedEngineIsAnErrorForTheConsumerWhoStillReleasesTheStream() {
    try (StreamConsumer consumer = new StreamConsumer()) {
      ArrowStream stream;
      try (Engine engine = Engine.open()) {
        stream = engine.sql("SELECT range FROM range(50_000)").exportArrowStream(consumer.struct());
        assertThat(consumer.pull()).isZero();
      }
      assertThat(consumer.pull()).isEqualTo(5);
      assertThat(Objects.requireNonNull(consumer.lastError())).contains("closed");
      assertThat(stream.failure()).hasValueSatisfying(e -> assertThat(e).isInstanceOf(ClosedException.class));
      assertThat(ArrowArrayStream.release(consumer.struct()).address()).isNotZero();
    }
  }
}
