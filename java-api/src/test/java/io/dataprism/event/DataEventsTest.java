package io.dataprism.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.TransactionException;
import io.dataprism.job.JobTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Which statements are told of as changes of rows and definitions, and which are not.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DataEventsTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static List<String> changes(Engine engine) {
    return engine.events().history(EngineEvent.class).stream()
        .map(event ->
            switch (event) {
              case DataChanged change ->
                  change.change() + " " + change.table().orElse("?") + " " + change.rows().orElse(-1);
              case DefinitionChanged change -> change.change() + " " + change.kind() + " " + change.name().orElse("?");
              default -> "";
            })
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private static Engine withTable() {
    Engine engine = Engine.open();
    engine.execute("CREATE TABLE t (a INT PRIMARY KEY)");
    engine.events();
    return engine;
  }

  @Test
  void aChangeWhoseRowsNobodyReadsIsTold() {
    try (Engine engine = withTable()) {
      engine.query("INSERT INTO t VALUES (1)").close();
      assertThat(changes(engine)).containsExactly("INSERT t -1");
      engine.query("INSERT INTO t SELECT range FROM range(10, 40_000) RETURNING a").close();
      assertThat(changes(engine)).containsExactly("INSERT t -1", "INSERT t -1");
      try (QueryResult result = engine.query("SELECT count(*) AS n FROM t")) {
        assertThat(result.next().int64("n").get(0)).isEqualTo(39_991);
      }
    }
  }

  @Test
  void ofATextThatFailsOnlyWhatHasHappenedIsTold() {
    try (Engine engine = withTable()) {
      assertThatThrownBy(() -> engine.execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (1); DELETE FROM t"))
          .isInstanceOf(ConstraintException.class);
      assertThat(changes(engine)).containsExactly("INSERT t 1");
    }
  }

  @Test
  void aCommitThatFailsIsNotTold() {
    try (Engine engine = withTable();
        Session other = engine.session()) {
      other.execute("BEGIN; INSERT INTO t VALUES (1)");
      try (Transaction transaction = engine.begin()) {
        transaction.execute("INSERT INTO t VALUES (1)");
        transaction.commit();
      }
      assertThatThrownBy(() -> other.execute("COMMIT")).isInstanceOf(TransactionException.class);
      other.execute("INSERT INTO t VALUES (2)");
      assertThat(changes(engine)).containsExactly("INSERT t 1", "INSERT t 1");
    }
  }

  @Test
  void aTransactionThatIsAbortedOrNeverEndedIsNotTold() {
    try (Engine engine = withTable()) {
      try (Session session = engine.session()) {
        session.execute("BEGIN; INSERT INTO t VALUES (1)");
        assertThatThrownBy(() -> session.execute("INSERT INTO t VALUES (1)")).isInstanceOf(ConstraintException.class);
        // For DuckDB the COMMIT of an aborted transaction is a ROLLBACK that succeeds.
        session.execute("COMMIT");
        session.execute("BEGIN; INSERT INTO t VALUES (2)");
      }
      engine.execute("BEGIN; INSERT INTO t VALUES (3)");
      try (Transaction transaction = engine.begin()) {
        transaction.execute("INSERT INTO t VALUES (4)");
      }
      assertThat(changes(engine)).isEmpty();
      try (QueryResult result = engine.query("SELECT count(*) AS n FROM t")) {
        assertThat(result.next().int64("n").get(0)).isZero();
      }
    }
  }

  @Test
  void aCommitIsToldHoweverItIsRun() {
    try (Engine engine = withTable();
        Session session = engine.session();
        var commit = session.prepare("COMMIT")) {
      session.execute("BEGIN TRANSACTION; INSERT INTO t VALUES (1)");
      commit.execute();
      session.execute("BEGIN; INSERT INTO t VALUES (2); END");
      session.query("BEGIN; INSERT INTO t VALUES (3); COMMIT").close();
      try (Transaction transaction = session.begin()) {
        session.execute("INSERT INTO t VALUES (4)");
        transaction.commit();
      }
      assertThat(changes(engine)).containsExactly("INSERT t 1", "INSERT t 1", "INSERT t 1", "INSERT t 1");
    }
  }

  @Test
  void whatAJobWritesIsTold(@TempDir Path directory) throws Exception {
    try (Engine engine = withTable()) {
      engine.sql("SELECT range AS n FROM range(40_000)").inBackground(JobTarget.table("kept")).toFuture().get();
      engine.sql("FROM kept").inBackground(JobTarget.parquet(directory.resolve("kept.parquet"))).toFuture().get();
      engine.sql("DELETE FROM kept WHERE n > 9").inBackground(JobTarget.none()).toFuture().get();
      assertThat(changes(engine)).containsExactly("CREATED TABLE kept", "INSERT kept 40000", "DELETE kept 39990");
      assertThat(engine.statistics().changedRows()).isEqualTo(39_990);
    }
  }

  @Test
  void everyKindOfChangeIsTold(@TempDir Path directory) throws Exception {
    Path csv = Files.writeString(directory.resolve("t.csv"), "a\n7\n8\n");
    try (Engine engine = withTable()) {
      engine.execute("INSERT OR REPLACE INTO \"t\" VALUES (1), (2)");
      engine.execute("COPY t FROM '" + csv + "' (HEADER)");
      engine.execute("MERGE INTO t USING (SELECT 1 AS a) AS s ON t.a = s.a WHEN MATCHED THEN DELETE");
      engine.execute("TRUNCATE t");
      engine.execute("CREATE TABLE \"a b\" AS SELECT 1 AS x");
      engine.execute("CREATE INDEX i ON \"a b\" (x); CREATE SEQUENCE s; CREATE MACRO m(x) AS x + 1; CREATE SCHEMA z");
      engine.execute("CREATE TYPE mood AS ENUM ('fine'); ALTER TABLE \"a b\" ADD COLUMN y INT; DROP INDEX i");
      engine.execute("SELECT 1; EXPLAIN DELETE FROM t; COPY t TO '" + directory.resolve("out.csv") + "'");
      assertThat(changes(engine))
          .containsExactly(
              "INSERT t 2",
              "COPY t 2",
              "MERGE t 1",
              "DELETE t 3",
              "CREATED TABLE a b",
              "CREATED INDEX i",
              "CREATED SEQUENCE s",
              "CREATED MACRO m",
              "CREATED SCHEMA z",
              "CREATED TYPE mood",
              "ALTERED TABLE a b",
              "DROPPED INDEX i");
    }
  }
}
