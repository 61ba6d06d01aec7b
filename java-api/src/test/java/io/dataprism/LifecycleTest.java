package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.column.Int64Column;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InterruptedQueryException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens to objects that are used too late, too often, or by too many.
// Closing by hand, early and again, is what these tests are about.
@SuppressWarnings("try")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LifecycleTest {
  private static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void everythingMayBeClosedTwice() {
    Engine engine = Engine.open();
    Session session = engine.session();
    QueryResult result = session.query("SELECT 1::BIGINT");
    RecordBatch batch = result.next();
    for (int i = 0; i < 2; i++) {
      batch.close();
      result.close();
      session.close();
      engine.close();
    }
    assertThat(engine.isClosed()).isTrue();
    assertThat(session.isClosed()).isTrue();
    assertThat(result.isClosed()).isTrue();
  }

  @Test
  void whatIsClosedSaysSo() {
    Engine engine = Engine.open();
    Session session = engine.session();
    QueryResult result = engine.query("SELECT 1");
    result.close();
    assertThatThrownBy(result::next).isInstanceOf(ClosedException.class).hasMessageContaining("result");
    session.close();
    assertThatThrownBy(() -> session.execute("SELECT 1"))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("session");
    assertThatThrownBy(session::interrupt).isInstanceOf(ClosedException.class);
    engine.close();
    assertThatThrownBy(() -> engine.query("SELECT 1"))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("engine");
    assertThatThrownBy(engine::session).isInstanceOf(ClosedException.class);
    assertThatThrownBy(engine::liveHandles).isInstanceOf(ClosedException.class);
  }

  @Test
  void memoryOfAClosedBatchCannotBeReached() {
    try (Engine engine = Engine.open();
        QueryResult result = engine.query("SELECT range FROM range(10)")) {
      RecordBatch batch = result.next();
      Int64Column column = batch.int64(0);
      MemorySegment values = column.values();
      assertThat(column.get(9)).isEqualTo(9);
      batch.close();
      assertThatThrownBy(() -> column.get(9)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> values.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void theNextBatchEndsTheOneBefore() {
    try (Engine engine = Engine.open();
        QueryResult result = engine.query("SELECT range FROM range(100000)")) {
      RecordBatch first = result.next();
      Int64Column column = first.int64(0);
      assertThat(result.next()).isNotNull();
      assertThatThrownBy(() -> column.get(0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void closingAParentClosesItsChildren() {
    Engine engine = Engine.open();
    Session session = engine.session();
    QueryResult ofSession = session.query("SELECT range FROM range(100000)");
    QueryResult ofEngine = engine.query("SELECT range FROM range(100000)");
    RecordBatch batch = ofSession.next();
    assertThat(batch).isNotNull();
    engine.close();
    assertThat(session.isClosed()).isTrue();
    assertThat(ofSession.isClosed()).isTrue();
    assertThat(ofEngine.isClosed()).isTrue();
    assertThatThrownBy(() -> batch.int64(0).get(0)).isInstanceOf(IllegalStateException.class);
    assertThat(LiveHandles.ofProcess().total()).isZero();
    ofEngine.close();
    ofSession.close();
    session.close();
  }

  @Test
  void closingASessionClosesItsResultAndLeavesTheEngineAlone() {
    try (Engine engine = Engine.open()) {
      Session session = engine.session();
      QueryResult result = session.query("SELECT range FROM range(100000)");
      session.close();
      assertThatThrownBy(result::next).isInstanceOf(ClosedException.class);
      engine.execute("SELECT 1");
    }
  }

  @Test
  void aBatchBelongsToTheThreadThatPulledIt() throws Exception {
    try (Engine engine = Engine.open();
        QueryResult result = engine.query("SELECT range FROM range(10)");
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      RecordBatch batch = result.next();
      Int64Column column = batch.int64(0);
      Future<?> read = other.submit(() -> column.get(0));
      assertThatThrownBy(read::get).hasCauseInstanceOf(WrongThreadException.class);
      Future<?> close = other.submit(batch::close);
      assertThatThrownBy(close::get).hasCauseInstanceOf(WrongThreadException.class);
      assertThat(column.get(0)).as("the owner's view is unharmed").isZero();
      // Closing the result from elsewhere leaves the batch to its owner.
      other.submit(result::close).get();
      assertThat(column.get(1)).isEqualTo(1);
    }
  }

  @Test
  void aSessionDoesOneThingAtATime() {
    try (Engine engine = Engine.open();
        Session session = engine.session()) {
      try (QueryResult open = session.query("SELECT range FROM range(1000000)")) {
        assertThat(open.next()).isNotNull();
        assertThatThrownBy(() -> session.query("SELECT 1")).isInstanceOf(BusyException.class);
        assertThatThrownBy(() -> session.execute("SELECT 1")).isInstanceOf(BusyException.class);
      }
      session.execute("SELECT 1");
    }
  }

  @Test
  void twoThreadsInOneSessionGetATypedError() throws Exception {
    try (Engine engine = Engine.open();
        Session session = engine.session();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      CountDownLatch started = new CountDownLatch(1);
      Future<?> endless =
          other.submit(() -> {
            started.countDown();
            // While the test's thread runs a statement, this one is refused.
            for (boolean entered = false; !entered; ) {
              try {
                session.execute(ENDLESS);
                entered = true;
              } catch (BusyException e) {
                Thread.onSpinWait();
              }
            }
          });
      started.await();
      // Until the other thread has entered the session, this one may run in it.
      DataPrismException refused = null;
      while (refused == null) {
        try {
          session.execute("SELECT 1");
        } catch (BusyException e) {
          refused = e;
        }
      }
      assertThat(refused.hint()).isPresent();
      session.interrupt();
      assertThatThrownBy(endless::get).hasCauseInstanceOf(InterruptedQueryException.class);
      session.execute("SELECT 1");
    }
  }

  @Test
  void closingWhatRunsStopsIt() throws Exception {
    for (String what : List.of("engine", "session", "result")) {
      try (Engine engine = Engine.open();
          Session session = engine.session();
          QueryResult result = session.query(ENDLESS);
          ExecutorService other = Executors.newSingleThreadExecutor()) {
        CountDownLatch started = new CountDownLatch(1);
        Future<?> fetch =
            other.submit(() -> {
              started.countDown();
              result.next();
            });
        started.await();
        switch (what) {
          case "engine" -> engine.close();
          case "session" -> session.close();
          default -> result.close();
        }
        assertThatThrownBy(fetch::get)
            .as(what)
            .cause()
            .isInstanceOfAny(InterruptedQueryException.class, ClosedException.class);
      }
    }
  }

  @Test
  void closingAnEngineStopsItsOwnStatements() throws Exception {
    try (Engine engine = Engine.open();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      CountDownLatch started = new CountDownLatch(1);
      Future<?> execute =
          other.submit(() -> {
            started.countDown();
            engine.execute(ENDLESS);
          });
      started.await();
      engine.close();
      assertThatThrownBy(execute::get).cause().isInstanceOfAny(InterruptedQueryException.class, ClosedException.class);
    }
  }

  /// Threads that open, query and close over each other's heads never get anything but an answer or a typed error.
  @Test
  void racesEndInTypedErrors() throws Exception {
    for (int round = 0; round < 30; round++) {
      try (Engine engine = Engine.open();
          ExecutorService pool = Executors.newFixedThreadPool(6)) {
        Session session = engine.session();
        List<Future<Long>> futures =
            java.util.stream.IntStream.range(0, 24).mapToObj(i -> pool.submit(() -> use(engine, session, i))).toList();
        for (Future<Long> future : futures) {
          assertThat(future.get()).isIn(-1L, 10_000L);
        }
      }
    }
  }

  private static long use(Engine engine, Session session, int number) {
    try {
      switch (number % 8) {
        case 6 -> session.close();
        case 7 -> engine.close();
        default -> {
          long rows = 0;
          String sql = "SELECT range FROM range(10000)";
          try (QueryResult result = number % 2 == 0 ? engine.query(sql) : session.query(sql)) {
            for (RecordBatch batch : result) {
              rows += batch.rowCount();
            }
          }
          return rows;
        }
      }
      return -1;
    } catch (ClosedException | BusyException | InterruptedQueryException e) {
      return -1;
    }
  }
}
