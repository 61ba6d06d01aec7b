package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.error.PermissionException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TransactionException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// All or nothing, and in which state what is an error.
// Closing by hand, early and again, is part of what these tests are about.
@SuppressWarnings("try")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class TransactionTest {
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open();
    engine.execute("CREATE TABLE t AS SELECT range - 3 AS n FROM range(3)");
  }

  @AfterEach
  void close() {
    assertThat(engine.liveHandles()).as("the engine alone is open").isEqualTo(new LiveHandles(1, 0, 0, 0, 0, 0, 0, 0));
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void whatIsCommittedIsVisibleToOthersAndNothingBefore() {
    try (Transaction transaction = engine.begin()) {
      assertThat(transaction.execute("INSERT INTO t VALUES (?), (?)", 10, 11)).isEqualTo(2);
      assertThat(count(transaction)).isEqualTo(5);
      assertThat(count()).isEqualTo(3);
      assertThat(transaction.isActive()).isTrue();
      transaction.commit();
      assertThat(transaction.isActive()).isFalse();
      assertThat(engine.liveHandles().sessions()).as("the session of its own is closed").isZero();
    }
    assertThat(count()).isEqualTo(5);
  }

  @Test
  void whatIsNotCommittedIsRolledBackByClosing() {
    try (Transaction transaction = engine.begin()) {
      transaction.execute("DELETE FROM t; CREATE TABLE u (n INT)");
    }
    assertThat(count()).isEqualTo(3);
    assertThatThrownBy(() -> engine.query("FROM u")).isInstanceOf(DataPrismException.class);
  }

  @Test
  void namedParametersTimeLimitsAndPreparedStatementsAreThereToo() {
    try (Transaction transaction = engine.begin();
        PreparedStatement insert = transaction.prepare("INSERT INTO t VALUES (?)")) {
      assertThat(insert.execute(20) + insert.execute(21)).isEqualTo(2);
      try (QueryResult result = transaction.query("SELECT count(*) FROM t WHERE n >= $least", Map.of("least", 20))) {
        assertThat(result.next().int64(0).get(0)).isEqualTo(2);
      }
      Query query = transaction.sql("DELETE FROM t WHERE n = ?").with(21).timeLimit(Duration.ofMinutes(1));
      assertThat(query.execute()).isEqualTo(1);
      assertThat(count()).isEqualTo(3);
      transaction.commit();
      assertEnded(query::execute, "committed");
      assertEnded(() -> insert.execute(22), "committed");
      assertEnded(() -> transaction.prepare("FROM t"), "committed");
    }
    assertThat(count()).isEqualTo(4);
  }

  @Test
  void aFailureInTheBlockRollsBack() {
    assertThatThrownBy(
            () -> {
              try (Transaction transaction = engine.begin()) {
                transaction.execute("DELETE FROM t");
                throw new IOException("something else went wrong");
              }
            })
        .isInstanceOf(IOException.class)
        .hasNoSuppressedExceptions();
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void rollingBackUndoesEverything() {
    try (Transaction transaction = engine.begin()) {
      transaction.execute("DELETE FROM t");
      transaction.rollback();
      transaction.rollback();
      assertThat(count()).isEqualTo(3);
    }
  }

  @Test
  void aTransactionThatHasEndedSaysHow() {
    Transaction committed = engine.begin();
    committed.commit();
    assertEnded(committed::commit, "committed");
    assertEnded(committed::rollback, "committed");
    assertEnded(() -> committed.execute("DELETE FROM t"), "committed");
    assertEnded(() -> committed.query("FROM t"), "committed");

    Transaction rolledBack = engine.begin();
    rolledBack.rollback();
    assertEnded(rolledBack::commit, "rolled back");
    assertEnded(() -> rolledBack.execute("DELETE FROM t"), "rolled back");

    for (Transaction transaction : new Transaction[] {committed, rolledBack, engine.begin()}) {
      transaction.close();
      transaction.close();
      assertThatThrownBy(transaction::commit).isInstanceOf(ClosedException.class).hasMessageContaining("transaction");
      assertThatThrownBy(transaction::rollback).isInstanceOf(ClosedException.class);
      assertThatThrownBy(() -> transaction.query("FROM t")).isInstanceOf(ClosedException.class);
    }
    assertThat(count()).isEqualTo(3);
  }

  private static void assertEnded(Runnable use, String how) {
    TransactionException e = catchThrowableOfType(TransactionException.class, use::run);
    assertThat(e.code()).isEqualTo(ErrorCode.TRANSACTION);
    assertThat(e.isRetryable()).isFalse();
    assertThat(e).hasMessageContaining(how);
  }

  @Test
  void aTransactionSeesTheDatabaseAsOfItsFirstStatement() {
    try (Transaction transaction = engine.beginReadOnly()) {
      engine.execute("INSERT INTO t VALUES (10)");
      assertThat(count(transaction)).isEqualTo(4);
      engine.execute("INSERT INTO t VALUES (11)");
      assertThat(count(transaction)).isEqualTo(4);
      transaction.commit();
    }
    assertThat(count()).isEqualTo(5);
  }

  @Test
  void aReadOnlyTransactionDoesNotWrite() {
    for (String sql : new String[] {"DELETE FROM t", "CREATE TABLE u (n INT)", "DROP TABLE t"}) {
      try (Transaction transaction = engine.beginReadOnly()) {
        assertThat(count(transaction)).isEqualTo(3);
        TransactionException e = catchThrowableOfType(TransactionException.class, () -> transaction.execute(sql));
        assertThat(e.code()).isEqualTo(ErrorCode.TRANSACTION);
        assertThat(e.isRetryable()).isFalse();
        assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("may write"));
      }
    }
    assertThat(count()).isEqualTo(3);
    try (Session session = engine.session()) {
      try (Transaction transaction = session.beginReadOnly()) {
        assertThatThrownBy(() -> transaction.execute("DELETE FROM t")).isInstanceOf(TransactionException.class);
      }
      try (Transaction transaction = session.beginReadOnly()) {
        transaction.execute("CREATE TEMP TABLE mine AS FROM t");
        transaction.commit();
      }
      assertThat(session.execute("DELETE FROM mine")).isEqualTo(3);
    }
  }

  @Test
  void anEngineThatIsReadOnlyHasTransactionsToo(@TempDir Path directory) {
    Path file = directory.resolve("t.duckdb");
    try (Engine writer = Engine.open(file)) {
      writer.execute("CREATE TABLE t AS SELECT 1 AS n");
    }
    try (Engine reader = Engine.builder().database(file).readOnly().open();
        Transaction transaction = reader.begin()) {
      assertThat(count(transaction)).isEqualTo(1);
      assertThatThrownBy(() -> transaction.execute("DELETE FROM t")).isInstanceOf(PermissionException.class);
    }
  }

  @Test
  void anAbortedTransactionSaysToRollBackAndCommitsNothing() {
    try (Transaction transaction = engine.begin()) {
      transaction.execute("DELETE FROM t");
      assertThatThrownBy(() -> transaction.execute("SELECT nothing FROM t")).isInstanceOf(BinderException.class);
      assertAborted(() -> transaction.execute("SELECT 1"));
      assertAborted(() -> transaction.query("SELECT 1"));
      assertThat(transaction.isActive()).isTrue();
      assertAborted(transaction::commit);
      assertThat(transaction.isActive()).as("a commit that failed has rolled back").isFalse();
      transaction.rollback();
    }
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void aFailureWhileRowsArePulledAbortsToo() {
    try (Transaction transaction = engine.begin()) {
      transaction.execute("DELETE FROM t");
      try (QueryResult result =
          transaction.query("SELECT CASE WHEN range < 900000 THEN 1 ELSE error('late') END FROM range(1000000)")) {
        assertThatThrownBy(() -> result.forEach(batch -> {})).isInstanceOf(InvalidInputException.class);
      }
      assertAborted(transaction::commit);
    }
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void aFailureOfTheSessionItselfAbortsToo() {
    try (Session session = engine.session()) {
      try (Transaction transaction = session.begin()) {
        session.execute("DELETE FROM t");
        assertThatThrownBy(() -> session.execute("SELECT nothing FROM t")).isInstanceOf(BinderException.class);
        assertAborted(transaction::commit);
      }
      assertThat(count()).isEqualTo(3);
      session.execute("DELETE FROM t");
    }
    assertThat(count()).isZero();
  }

  private static void assertAborted(Runnable use) {
    TransactionException e = catchThrowableOfType(TransactionException.class, use::run);
    assertThat(e.code()).isEqualTo(ErrorCode.TRANSACTION_ABORTED);
    assertThat(e.isRetryable()).isFalse();
    assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("roll it back"));
  }

  @Test
  void whatNeverReachesDuckDbDoesNotAbort() {
    try (Transaction transaction = engine.begin()) {
      transaction.execute("DELETE FROM t");
      assertThatThrownBy(() -> transaction.execute("DELET FROM t")).isInstanceOf(SyntaxException.class);
      assertThatThrownBy(() -> transaction.execute("SELECT ?", new Object())).isInstanceOf(InvalidInputException.class);
      transaction.commit();
    }
    assertThat(count()).isZero();
  }

  @Test
  void aResultThatIsOpenPutsOffTheCommit() {
    try (Transaction transaction = engine.begin()) {
      transaction.execute("INSERT INTO t SELECT range FROM range(1000000)");
      QueryResult result = transaction.query("FROM t");
      assertThat(result.next()).isNotNull();
      assertThatThrownBy(transaction::commit).isInstanceOf(BusyException.class);
      assertThatThrownBy(() -> transaction.execute("DELETE FROM t")).isInstanceOf(BusyException.class);
      assertThat(result.next()).as("the result goes on").isNotNull();
      result.close();
      transaction.commit();
    }
    assertThat(count()).isEqualTo(1_000_003);
  }

  @Test
  void rollingBackClosesTheOpenResult() {
    try (Session session = engine.session()) {
      try (Transaction own = engine.begin();
          Transaction inSession = session.begin()) {
        for (Transaction transaction : new Transaction[] {own, inSession}) {
          QueryResult result = transaction.query("FROM range(1000000)");
          RecordBatch batch = result.next();
          transaction.rollback();
          assertThat(result.isClosed()).isTrue();
          assertThatThrownBy(() -> batch.int64(0).get(0)).isInstanceOf(IllegalStateException.class);
        }
      }
      QueryResult result;
      try (Transaction transaction = session.begin()) {
        result = transaction.query("FROM range(1000000)");
      }
      assertThat(result.isClosed()).isTrue();
      assertThat(session.execute("INSERT INTO t VALUES (10)")).isEqualTo(1);
    }
    assertThat(count()).isEqualTo(4);
  }

  @Test
  void aSessionHasOneTransactionAfterTheOther() {
    try (Session session = engine.session()) {
      try (Transaction transaction = session.begin()) {
        transaction.execute("INSERT INTO t VALUES (10)");
        TransactionException e = catchThrowableOfType(TransactionException.class, session::beginReadOnly);
        assertThat(e.code()).isEqualTo(ErrorCode.TRANSACTION);
        transaction.execute("INSERT INTO t VALUES (11)");
        transaction.commit();
        try (Transaction next = session.begin()) {
          next.execute("INSERT INTO t VALUES (12)");
          next.commit();
        }
      }
      assertThat(session.isClosed()).isFalse();
    }
    assertThat(count()).isEqualTo(6);
  }

  @Test
  void closingTheParentRollsBack() {
    Session session = engine.session();
    Transaction inSession = session.begin();
    inSession.execute("DELETE FROM t");
    session.close();
    assertThatThrownBy(() -> inSession.execute("DELETE FROM t")).isInstanceOf(ClosedException.class);
    assertThatThrownBy(inSession::commit).isInstanceOf(ClosedException.class);
    inSession.close();
    assertThat(count()).isEqualTo(3);

    try (Engine other = Engine.open()) {
      Transaction own = other.begin();
      other.close();
      assertThatThrownBy(own::commit).isInstanceOf(ClosedException.class);
      own.close();
      assertThatThrownBy(other::begin).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void aTransactionMayBeClosedByAnotherThreadWhileItRuns() throws Exception {
    Transaction transaction = engine.begin();
    transaction.execute("DELETE FROM t");
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      CountDownLatch running = new CountDownLatch(1);
      Future<?> endless =
          pool.submit(() -> transaction.sql(Workers.ENDLESS).onProgress(progress -> running.countDown()).execute());
      running.await();
      transaction.close();
      assertThatThrownBy(endless::get).cause().isInstanceOfAny(InterruptedQueryException.class, ClosedException.class);
    }
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void sqlThatEndsTheTransactionIsNoticedByTheCommit() {
    try (Session session = engine.session();
        Transaction transaction = session.begin()) {
      transaction.execute("DELETE FROM t; ROLLBACK");
      TransactionException e = catchThrowableOfType(TransactionException.class, transaction::commit);
      assertThat(e.code()).isEqualTo(ErrorCode.TRANSACTION);
    }
  }

  @Test
  void anInterruptedCommitTellsTheTruth() throws Exception {
    try (Session session = engine.session();
        ExecutorService pool = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < 500; i++) {
        long delay = ThreadLocalRandom.current().nextLong(1_000_000);
        try (Transaction transaction = session.begin()) {
          transaction.execute("UPDATE t SET n = ?", i);
          Future<?> interrupt =
              pool.submit(() -> {
                LockSupport.parkNanos(delay);
                session.interrupt();
              });
          boolean committed = commits(transaction);
          interrupt.get();
          assertThat(longOf(engine.query("SELECT count(*) FROM t WHERE n = ?", i))).isEqualTo(committed ? 3 : 0);
        }
      }
    }
  }

  private static boolean commits(Transaction transaction) {
    try {
      transaction.commit();
      return true;
    } catch (InterruptedQueryException e) {
      return false;
    }
  }

  @Test
  void aCommitIsToldFromTheCheckpointThatFailsAfterIt(@TempDir Path directory) {
    Path file = directory.resolve("t.duckdb");
    try (Engine failing = Engine.open(file)) {
      failing.execute("CREATE TABLE t (n BIGINT)");
      failing.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'; SET GLOBAL checkpoint_threshold = '1B'");
      Transaction transaction = failing.begin();
      transaction.execute("INSERT INTO t SELECT range FROM range(1000)");
      IoException e = catchThrowableOfType(IoException.class, transaction::commit);
      assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED);
      assertEnded(transaction::rollback, "committed");
    }
    try (Engine reopened = Engine.open(file);
        Transaction transaction = reopened.begin()) {
      assertThat(count(transaction)).isEqualTo(1000);
    }
  }

  @Test
  void workIsCommittedAndGivesItsValue() throws IOException {
    long inserted = engine.inTransaction(transaction -> transaction.execute("INSERT INTO t VALUES (10), (11)"));
    assertThat(inserted).isEqualTo(2);
    assertThat(count()).isEqualTo(5);
  }

  @Test
  void workThatFailsIsRolledBackAndNotRepeated() {
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(() ->
            engine.inTransaction(transaction -> {
              runs.incrementAndGet();
              transaction.execute("DELETE FROM t");
              throw new IOException("something else went wrong");
            }))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() ->
            engine.inTransaction(transaction -> {
              runs.incrementAndGet();
              return transaction.execute("DELETE FROM t WHERE nothing");
            }))
        .isInstanceOf(BinderException.class);
    assertThat(runs).hasValue(2);
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void workMayDecideNotToCommit() {
    String answer =
        engine.inTransaction(transaction -> {
          transaction.execute("DELETE FROM t");
          transaction.rollback();
          return "changed my mind";
        });
    assertThat(answer).isEqualTo("changed my mind");
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void workThatLeavesAResultOpenIsNotCommitted() {
    assertThatThrownBy(() ->
            engine.inTransaction(transaction -> {
              transaction.execute("DELETE FROM t");
              return transaction.query("FROM range(1000000)");
            }))
        .isInstanceOf(BusyException.class);
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void workIsRepeatedUntilItMeetsNoConflict() {
    AtomicInteger runs = new AtomicInteger();
    engine.inTransaction(transaction -> {
      count(transaction);
      if (runs.incrementAndGet() < 4) {
        engine.execute("UPDATE t SET n = n + 1");
      }
      return transaction.execute("UPDATE t SET n = n + 100");
    });
    assertThat(runs).hasValue(4);
    assertThat(longOf(engine.query("SELECT sum(n)::BIGINT FROM t"))).isEqualTo(-6 + 3 * 3 + 3 * 100);
  }

  @Test
  void workIsGivenUpAfterSomeAttempts() {
    AtomicInteger runs = new AtomicInteger();
    TransactionException e =
        catchThrowableOfType(
            TransactionException.class,
            () ->
                engine.inTransaction(transaction -> {
                  count(transaction);
                  runs.incrementAndGet();
                  engine.execute("UPDATE t SET n = n + 1");
                  return transaction.execute("UPDATE t SET n = n + 100");
                }));
    assertThat(e.isRetryable()).isTrue();
    assertThat(runs).hasValue(20);
  }

  @Test
  void anInterruptedThreadDoesNotTryAgain() {
    AtomicInteger runs = new AtomicInteger();
    TransactionException e =
        catchThrowableOfType(
            TransactionException.class,
            () ->
                engine.inTransaction(transaction -> {
                  count(transaction);
                  runs.incrementAndGet();
                  engine.execute("UPDATE t SET n = n + 1");
                  try {
                    return transaction.execute("UPDATE t SET n = n + 100");
                  } finally {
                    Thread.currentThread().interrupt();
                  }
                }));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(e.isRetryable()).isTrue();
    assertThat(runs).hasValue(1);
  }

  @Test
  void threadsThatChangeTheSameRowLoseNothing() throws Exception {
    int threads = 6;
    int increments = 40;
    engine.execute("CREATE TABLE counter AS SELECT 0 AS n");
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      var done =
          IntStream.range(0, threads)
              .mapToObj(_ ->
                  pool.submit(() ->
                      repeat(
                          increments,
                          () ->
                              engine.inTransaction(
                                  transaction -> transaction.execute("UPDATE counter SET n = n + 1")))))
              .toList();
      for (Future<?> thread : done) {
        thread.get();
      }
    }
    assertThat(longOf(engine.query("SELECT n::BIGINT FROM counter"))).isEqualTo((long) threads * increments);
  }

  private static void repeat(int times, Runnable action) {
    for (int i = 0; i < times; i++) {
      action.run();
    }
  }

  private long count() {
    return longOf(engine.query("SELECT count(*) FROM t"));
  }

  private static long count(Transaction transaction) {
    return longOf(transaction.query("SELECT count(*) FROM t"));
  }

  private static long longOf(QueryResult result) {
    try (result) {
      return result.next().int64(0).get(0);
    }
  }
}
