package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dataprism.error.ConstraintException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.TransactionException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every form in which DuckDB tells of a conflict between two transactions is the same typed error.
///
/// The messages that make an error a conflict are listed in `native/crates/engine/src/error.rs`; there is a case here
/// for each that can be provoked.
class ConflictTest {
  private static final String SETUP =
      """
      CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER);
      INSERT INTO t SELECT range, 0 FROM range(10);
      CREATE TABLE plain AS SELECT range::INTEGER AS id, 0 AS v FROM range(10);
      CREATE SCHEMA s;
      CREATE SEQUENCE q;
      """;

  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// What the transactions A and B do in turns, such as `A COMMIT`; the last step is the one that conflicts.
  private record Case(String name, List<String> steps) {
    static Case of(String name, String... steps) {
      return new Case(name, List.of(steps));
    }
  }

  private static final List<Case> CONFLICTS =
      List.of(
          Case.of("update, update", "A UPDATE plain SET v = 1", "B UPDATE plain SET v = 2"),
          Case.of("update, update, with a key", "A UPDATE t SET v = 1", "B UPDATE t SET v = 2"),
          Case.of("update, commit, update", "B FROM t", "A UPDATE t SET v = 1", "A COMMIT", "B UPDATE t SET v = 2"),
          Case.of("delete, delete", "A DELETE FROM t WHERE id = 1", "B DELETE FROM t WHERE id = 1"),
          Case.of("delete, commit, delete", "B FROM t", "A DELETE FROM t", "A COMMIT", "B DELETE FROM t"),
          Case.of("truncate, truncate", "A TRUNCATE plain", "B TRUNCATE plain"),
          Case.of("merge, merge", "A " + merge(), "B " + merge()),
          Case.of(
              "replace, replace",
              "A INSERT OR REPLACE INTO t VALUES (1, 1)",
              "B INSERT OR REPLACE INTO t VALUES (1, 2)"),
          Case.of(
              "same key", "A INSERT INTO t VALUES (100, 1)", "B INSERT INTO t VALUES (100, 2)", "A COMMIT", "B COMMIT"),
          Case.of(
              "same key, many rows",
              "A INSERT INTO t SELECT range + 100, 1 FROM range(300000)",
              "B INSERT INTO t SELECT range + 200, 2 FROM range(300000)",
              "A COMMIT",
              "B COMMIT"),
          Case.of("create, create", "A CREATE TABLE n (i INTEGER)", "B CREATE TABLE n (i INTEGER)"),
          Case.of(
              "create, commit, create",
              "B FROM t",
              "A CREATE TABLE n (i INTEGER)",
              "A COMMIT",
              "B CREATE TABLE n (i INTEGER)"),
          Case.of(
              "create or replace",
              "A CREATE OR REPLACE TABLE t (i INTEGER)",
              "B CREATE OR REPLACE TABLE t (i INTEGER)"),
          Case.of("drop, drop", "A DROP TABLE t", "B DROP TABLE t"),
          Case.of("alter, alter", "A ALTER TABLE t ADD COLUMN a INTEGER", "B ALTER TABLE t ADD COLUMN b INTEGER"),
          Case.of("alter, insert", "A ALTER TABLE t ADD COLUMN a INTEGER", "B INSERT INTO t VALUES (100, 1)"),
          Case.of(
              "alter, commit, update",
              "B FROM t",
              "A ALTER TABLE t ADD COLUMN a INTEGER",
              "A COMMIT",
              "B UPDATE t SET v = 1"),
          Case.of(
              "insert, alter, commit",
              "A INSERT INTO t VALUES (100, 1)",
              "B ALTER TABLE t ADD COLUMN a INTEGER",
              "A COMMIT"),
          Case.of(
              "update, drop column, commit",
              "A UPDATE t SET v = 1",
              "B ALTER TABLE t DROP COLUMN v",
              "B COMMIT",
              "A COMMIT"),
          Case.of("drop, insert, commit", "A DROP TABLE t", "B INSERT INTO t VALUES (100, 1)", "A COMMIT", "B COMMIT"),
          Case.of("insert, drop, commit", "A INSERT INTO t VALUES (100, 1)", "B DROP TABLE t", "A COMMIT"),
          Case.of(
              "insert, rename, commit",
              "A INSERT INTO t VALUES (100, 1)",
              "B ALTER TABLE t RENAME TO u",
              "B COMMIT",
              "A COMMIT"),
          Case.of("update, drop, commit", "A UPDATE t SET v = 1", "B DROP TABLE t", "B COMMIT", "A COMMIT"),
          Case.of("drop, commit, insert", "B FROM t", "A DROP TABLE t", "A COMMIT", "B INSERT INTO t VALUES (100, 1)"),
          Case.of(
              "create in a schema that is dropped",
              "A CREATE TABLE s.x (i INTEGER)",
              "B DROP SCHEMA s",
              "B COMMIT",
              "A COMMIT"),
          Case.of(
              "drop a schema that is used",
              "A CREATE TABLE s.x (i INTEGER)",
              "B DROP SCHEMA s",
              "A COMMIT",
              "B COMMIT"),
          Case.of(
              "drop a sequence that is used",
              "A CREATE TABLE x (i INTEGER DEFAULT nextval('q'))",
              "B DROP SEQUENCE q",
              "A COMMIT",
              "B COMMIT"),
          Case.of("index over updates", "A UPDATE plain SET v = 1", "B CREATE INDEX i ON plain (v)"));

  private static String merge() {
    return "MERGE INTO t USING (SELECT 1 AS id) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = 1";
  }

  @TestFactory
  Stream<DynamicTest> conflictsAreRetryable() {
    return CONFLICTS.stream().map(conflict -> dynamicTest(conflict.name(), () -> assertConflict(conflict)));
  }

  private static void assertConflict(Case conflict) {
    try (Engine own = Engine.open()) {
      own.execute(SETUP);
      try (Transaction a = own.begin();
          Transaction b = own.begin()) {
        int last = conflict.steps().size() - 1;
        conflict.steps().subList(0, last).forEach(step -> take(step, a, b));
        try {
          take(conflict.steps().get(last), a, b);
          fail("there is no conflict");
        } catch (TransactionException e) {
          assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.CONFLICT);
          assertThat(e.isRetryable()).isTrue();
          assertThat(e.hint()).isPresent();
        }
      }
    }
  }

  private static void take(String step, Transaction a, Transaction b) {
    Transaction transaction = step.startsWith("A") ? a : b;
    String sql = step.substring(2);
    if (sql.equals("COMMIT")) {
      transaction.commit();
    } else {
      transaction.execute(sql);
    }
  }

  @Test
  void aConflictIsTypedWithoutATransactionToo() {
    engine.execute(SETUP);
    try (Transaction transaction = engine.begin()) {
      transaction.execute("DELETE FROM t");
      assertConflict(() -> engine.execute("DELETE FROM t"));
      assertConflict(() -> engine.query("UPDATE t SET v = 2 RETURNING v"));
    }
    engine.execute("UPDATE t SET v = 3");
  }

  @Test
  void aCheckpointMeetsWriters(@TempDir Path directory) {
    try (Engine file = Engine.open(directory.resolve("t.duckdb"))) {
      file.execute(SETUP);
      try (Transaction transaction = file.begin()) {
        transaction.execute("UPDATE t SET v = 1");
        assertConflict(() -> file.execute("CHECKPOINT"));
      }
      file.execute("CHECKPOINT");
    }
  }

  private static void assertConflict(Runnable statement) {
    assertThatThrownBy(statement::run)
        .isInstanceOfSatisfying(
            TransactionException.class, e -> assertThat(e.isRetryable()).as(e.getMessage()).isTrue());
  }

  @Test
  void aViolationByTheTransactionAloneIsNoConflict() {
    engine.execute(SETUP);
    for (String sql : List.of("INSERT INTO t VALUES (1, 1)", "INSERT INTO t VALUES (100, 1), (100, 2)")) {
      try (Transaction transaction = engine.begin()) {
        assertThatThrownBy(() -> transaction.execute(sql)).isInstanceOf(ConstraintException.class);
      }
    }
  }

  /// DuckDB checks keys against rows that the transaction does not see yet, and reports them like any others.
  @Test
  void aKeyThatWasCommittedMeanwhileIsAConstraint() {
    engine.execute(SETUP);
    try (Transaction transaction = engine.begin()) {
      transaction.execute("FROM t");
      engine.execute("INSERT INTO t VALUES (100, 1)");
      assertThatThrownBy(() -> transaction.execute("INSERT INTO t VALUES (100, 2)"))
          .isInstanceOf(ConstraintException.class);
    }
  }

  /// What the guide says DuckDB does not detect. If one of these begins to conflict, the guide is to be changed.
  @Test
  void someChangesThatOverlapAreNotDetected() {
    assertUndetected("UPDATE plain SET v = 1 WHERE id = 1", "DELETE FROM plain WHERE id = 1");
    assertUndetected("DELETE FROM plain WHERE id = 1", "UPDATE plain SET v = 1 WHERE id = 1");
    assertUndetected("UPDATE t SET id = 100 WHERE id = 1", "UPDATE t SET v = 1 WHERE id = 1");
    assertUndetected("UPDATE t SET v = v + 1", "UPDATE t SET v = v + 1 RETURNING v");
    assertUndetected(
        "UPDATE plain SET v = (SELECT sum(v) FROM plain) WHERE id = 1",
        "UPDATE plain SET v = (SELECT sum(v) FROM plain) WHERE id = 2");
    try (Engine own = Engine.open()) {
      own.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1)");
      own.execute("CREATE TABLE child (id INTEGER REFERENCES parent (id))");
      bothCommit(own, "INSERT INTO child VALUES (1)", "DELETE FROM parent WHERE id = 1");
    }
  }

  private static void assertUndetected(String first, String second) {
    try (Engine own = Engine.open()) {
      own.execute(SETUP);
      bothCommit(own, first, second);
    }
  }

  private static void bothCommit(Engine engine, String first, String second) {
    try (Transaction a = engine.begin();
        Transaction b = engine.begin()) {
      a.execute(first);
      b.execute(second);
      a.commit();
      b.commit();
    } catch (DataPrismException e) {
      throw new AssertionError(first + " and " + second, e);
    }
  }
}
