package io.dataprism.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.error.CatalogException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is told of an engine, to whom, and in which order.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class EventBusTest {
  private static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// A listener that keeps what it is told.
  private static <E extends EngineEvent> BlockingQueue<E> listen(Engine engine, Class<E> type) {
    BlockingQueue<E> told = new LinkedBlockingQueue<>();
    engine.events().subscribe(type, told::add);
    return told;
  }

  private static <E> E next(BlockingQueue<E> told) throws InterruptedException {
    E event = told.poll(30, TimeUnit.SECONDS);
    assertThat(event).as("an event within 30 seconds").isNotNull();
    return event;
  }

  @Test
  void aQueryIsToldOfWhenItStartsAndWhenItEnds() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<QueryEvent> told = listen(engine, QueryEvent.class);
      try (QueryResult result = engine.query("SELECT range FROM range(?)", 20_000)) {
        result.forEach(batch -> {});
      }
      QueryStarted started = (QueryStarted) next(told);
      QueryEnded ended = (QueryEnded) next(told);
      assertThat(started.sql()).isEqualTo("SELECT range FROM range(?)");
      assertThat(ended.queryId()).isEqualTo(started.queryId());
      assertThat(ended.sequence()).isEqualTo(started.sequence() + 1);
      assertThat(ended.time()).isAfterOrEqualTo(started.time());
      assertThat(ended.outcome()).isEqualTo(QueryEnded.Outcome.SUCCEEDED);
      assertThat(ended.error()).isEmpty();
      assertThat(ended.metrics().rows()).isEqualTo(20_000);
      assertThat(ended.metrics().batches()).isEqualTo(2);
      // The values, and a bit a row for NULLs.
      assertThat(ended.metrics().bytes()).isBetween(20_000L * 8, 20_000L * 9);
    }
  }

  @Test
  void aFailureAndACancellationAreToldApart() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<QueryEnded> told = listen(engine, QueryEnded.class);
      assertThatThrownBy(() -> engine.execute("FROM nothing")).isInstanceOf(CatalogException.class);
      QueryEnded failed = next(told);
      assertThat(failed.outcome()).isEqualTo(QueryEnded.Outcome.FAILED);
      assertThat(failed.error()).contains(ErrorCode.CATALOG);

      assertThatThrownBy(() -> engine.sql(ENDLESS).timeLimit(Duration.ofMillis(50)).execute())
          .isInstanceOf(DataPrismException.class);
      QueryEnded late = next(told);
      assertThat(late.outcome()).isEqualTo(QueryEnded.Outcome.CANCELLED);
      assertThat(late.error()).contains(ErrorCode.TIME_LIMIT);

      engine.sql(ENDLESS).executeAsync().cancel(true);
      engine.execute("SELECT 1");
      List<Optional<ErrorCode>> errors = new ArrayList<>(List.of(next(told).error()));
      // A future that is cancelled before a worker has begun with it was never a query.
      if (errors.getFirst().isPresent()) {
        errors.add(next(told).error());
        assertThat(errors.getFirst()).contains(ErrorCode.INTERRUPTED);
      }
      assertThat(errors.getLast()).isEmpty();
    }
  }

  @Test
  void theSqlOfAnEventIsBounded() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<QueryStarted> told = listen(engine, QueryStarted.class);
      engine.execute("SELECT '" + "x".repeat(5_000) + "'");
      assertThat(next(told).sql()).hasSize(1_001).startsWith("SELECT 'xxx").endsWith("x…");
    }
  }

  @Test
  void changesOfRowsAndDefinitionsAreTold() throws Exception {
    try (Engine engine = Engine.open()) {
      engine.events();
      engine.execute("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2), (3)");
      engine.execute("UPDATE main.t SET a = 0 WHERE a > ?", 1);
      try (PreparedStatement delete = engine.prepare("DELETE FROM t WHERE a = ?")) {
        delete.executeBatch(List.of(new Object[] {1}, new Object[] {0}));
      }
      engine.execute("WITH x AS (SELECT 7) INSERT INTO t FROM x");
      engine.execute("ALTER TABLE t RENAME TO u; DROP TABLE u; CREATE VIEW v AS SELECT 1");
      engine.query("SELECT 1").close();

      assertThat(engine.events().history(DataChanged.class))
          .extracting(DataChanged::change, DataChanged::table, DataChanged::rows)
          .containsExactly(
              tuple(DataChanged.Change.INSERT, Optional.of("t"), OptionalLong.of(3)),
              tuple(DataChanged.Change.UPDATE, Optional.of("main.t"), OptionalLong.of(2)),
              tuple(DataChanged.Change.DELETE, Optional.of("t"), OptionalLong.of(3)),
              tuple(DataChanged.Change.INSERT, Optional.empty(), OptionalLong.of(1)));
      assertThat(engine.events().history(DefinitionChanged.class))
          .extracting(change -> change.change() + " " + change.kind() + " " + change.name().orElse("?"))
          .containsExactly("CREATED TABLE t", "ALTERED TABLE t", "DROPPED TABLE u", "CREATED VIEW v");
    }
  }

  @Test
  void aTransactionIsToldOfWhenItIsCommittedAndNotAtAllWhenItIsRolledBack() {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (a INT)");
      EventBus events = engine.events();
      try (Transaction transaction = engine.begin()) {
        transaction.execute("INSERT INTO t VALUES (1)");
        transaction.rollback();
      }
      try (Transaction transaction = engine.begin()) {
        transaction.execute("INSERT INTO t VALUES (1), (2)");
        assertThat(events.history(DataChanged.class)).isEmpty();
        transaction.commit();
      }
      try (Session session = engine.session()) {
        session.execute("BEGIN; DELETE FROM t");
        assertThat(events.history(DataChanged.class)).hasSize(1);
        session.execute("COMMIT");
      }
      assertThat(events.history(DataChanged.class))
          .extracting(DataChanged::change)
          .containsExactly(DataChanged.Change.INSERT, DataChanged.Change.DELETE);
    }
  }

  @Test
  void historyIsBoundedAndBeginsWithTheEngineWhereThatIsAskedFor() {
    Engine engine = Engine.builder().eventHistory(5).open();
    try (engine) {
      EventBus events = engine.events();
      assertThat(events.history(EngineEvent.class)).hasSize(1).first().isInstanceOf(EngineOpened.class);
      for (int i = 0; i < 10; i++) {
        engine.execute("SELECT 1");
      }
      assertThat(events.history(EngineEvent.class))
          .extracting(EngineEvent::sequence)
          .containsExactly(17L, 18L, 19L, 20L, 21L);
    }
    assertThat(engine.events().history(EngineClosed.class)).hasSize(1);
  }

  @Test
  void nothingIsKeptBeforeSomebodyAsks() {
    try (Engine engine = Engine.open()) {
      engine.execute("SELECT 1");
      assertThat(engine.events().history(EngineEvent.class)).isEmpty();
    }
  }

  @Test
  void aLazyEngineIsToldOfWhenItOpens() {
    try (Engine engine = Engine.builder().lazy().open()) {
      EventBus events = engine.events();
      assertThat(events.history(EngineOpened.class)).isEmpty();
      engine.execute("CREATE TABLE t (a INT)");
      assertThat(events.history(EngineOpened.class)).hasSize(1);
      assertThat(events.history(DefinitionChanged.class)).hasSize(1);
    }
  }

  @Test
  void eventsComeInOrderAlsoFromManyThreads() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<EngineEvent> told = listen(engine, EngineEvent.class);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int j = 0; j < 50; j++) {
                    engine.execute("SELECT 1");
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      List<Long> sequence = new ArrayList<>();
      for (int i = 0; i < 800; i++) {
        sequence.add(next(told).sequence());
      }
      assertThat(sequence).containsExactlyElementsOf(LongStream.rangeClosed(1, 800).boxed().toList());
    }
  }

  @Test
  void aSlowListenerDelaysNobodyAndIsToldWhatItMissed() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    try (Engine engine = Engine.open()) {
      EventSubscription slow =
          engine
              .events()
              .subscribe(
                  QueryStarted.class,
                  event -> {
                    entered.countDown();
                    try {
                      leave.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      BlockingQueue<QueryStarted> quick = listen(engine, QueryStarted.class);
      engine.execute("SELECT 1");
      entered.await();
      int more = EventBus.QUEUE_CAPACITY + 10;
      for (int i = 0; i < more; i++) {
        engine.execute("SELECT 1");
        next(quick);
      }
      assertThat(slow.dropped()).isEqualTo(10);
      leave.countDown();
    }
  }

  @Test
  void aListenerThatThrowsIsToldOfTheNextEvent() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<QueryStarted> told = new LinkedBlockingQueue<>();
      engine
          .events()
          .subscribe(
              QueryStarted.class,
              event -> {
                told.add(event);
                throw new IllegalStateException("on purpose");
              });
      engine.execute("SELECT 1");
      next(told);
      engine.execute("SELECT 2");
      assertThat(next(told).sql()).isEqualTo("SELECT 2");
    }
  }

  @Test
  void closingASubscriptionEndsIt() throws Exception {
    try (Engine engine = Engine.open()) {
      BlockingQueue<QueryStarted> told = new LinkedBlockingQueue<>();
      EventSubscription subscription = engine.events().subscribe(QueryStarted.class, told::add);
      BlockingQueue<QueryStarted> other = listen(engine, QueryStarted.class);
      engine.execute("SELECT 1");
      next(told);
      subscription.close();
      subscription.close();
      engine.execute("SELECT 2");
      next(other);
      next(other);
      assertThat(told).isEmpty();
    }
  }

  @Test
  void closingTheEngineDeliversWhatHasHappened() throws Exception {
    BlockingQueue<EngineEvent> told;
    Engine engine = Engine.open();
    try (engine) {
      told = listen(engine, EngineEvent.class);
      engine.execute("SELECT 1");
    }
    assertThat(next(told)).isInstanceOf(QueryStarted.class);
    assertThat(next(told)).isInstanceOf(QueryEnded.class);
    assertThat(next(told)).isInstanceOf(EngineClosed.class);
    BlockingQueue<EngineEvent> late = listen(engine, EngineEvent.class);
    assertThatThrownBy(() -> engine.execute("SELECT 1")).isInstanceOf(DataPrismException.class);
    assertThat(late.poll(50, TimeUnit.MILLISECONDS)).isNull();
  }
}
