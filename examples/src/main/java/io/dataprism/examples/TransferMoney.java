package io.dataprism.examples;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Transaction;
import io.dataprism.error.TransactionException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Transactions: all or nothing, conflicts between threads, and a reader that sees one state.
public final class TransferMoney {
  private static final int THREADS = 4;
  private static final int TRANSFERS_OF_A_THREAD = 10;

  private TransferMoney() {}

  /// Runs the example.
  ///
  /// @param args the database file, which is created if it does not exist
  public static void main(String[] args) {
    Path database = Path.of(args.length > 0 ? args[0] : "accounts.duckdb");
    try (Engine engine = Engine.open(database)) {
      engine.execute("CREATE OR REPLACE TABLE accounts AS SELECT range AS id, 1000::BIGINT AS balance FROM range(2)");
      changeMyMind(engine);
      meet(engine);
      transferFromManyThreads(engine);
      report(engine);
    }
  }

  /// What is not committed is rolled back by closing.
  private static void changeMyMind(Engine engine) {
    try (Transaction transaction = engine.begin()) {
      long changed = transaction.execute("UPDATE accounts SET balance = 0");
      System.out.println(changed + " accounts emptied, and not committed");
    }
  }

  /// Two transactions that change the same row at the same time: one has to give way.
  private static void meet(Engine engine) {
    try (Transaction first = engine.begin();
        Transaction second = engine.begin()) {
      first.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 0");
      second.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 0");
    } catch (TransactionException e) {
      System.out.println(e.code() + ", retryable: " + e.isRetryable());
    }
  }

  /// Conflicts are met again and again here, and `inTransaction` tries again each time.
  private static void transferFromManyThreads(Engine engine) {
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < THREADS; i++) {
        pool.execute(() -> transferSome(engine));
      }
    }
  }

  private static void transferSome(Engine engine) {
    for (int i = 0; i < TRANSFERS_OF_A_THREAD; i++) {
      engine.inTransaction(transaction -> {
        transaction.execute("UPDATE accounts SET balance = balance - ? WHERE id = 0", 10);
        return transaction.execute("UPDATE accounts SET balance = balance + ? WHERE id = 1", 10);
      });
    }
  }

  /// Two queries that agree with each other, whatever others commit between them.
  private static void report(Engine engine) {
    try (Transaction transaction = engine.beginReadOnly()) {
      System.out.print(transaction.query("FROM accounts ORDER BY id").toTable(10));
      try (QueryResult result = transaction.query("SELECT sum(balance)::BIGINT FROM accounts")) {
        RecordBatch batch = Objects.requireNonNull(result.next());
        System.out.println("in all: " + batch.int64(0).get(0));
      }
    }
  }
}
