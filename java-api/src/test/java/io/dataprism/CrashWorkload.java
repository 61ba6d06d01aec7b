package io.dataprism;

import io.dataprism.error.TransactionException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/// What [CrashRecoveryTest] kills: a program that writes to a database file until then, with several threads, each in
/// sessions of its own. It tells of each commit after it has returned, never before.
///
/// Each transaction of a writer has a number, counted up from 1, and leaves a row in `journal` that tells what else it
/// did. So the journal alone tells what has to be found in the other tables.
final class CrashWorkload {
  static final int ACCOUNTS = 20;
  static final int OPENING_BALANCE = 1_000;

  /// What every database of the test begins with.
  static final String SCHEMA =
      """
      CREATE TABLE journal (writer INTEGER, seq BIGINT, kind VARCHAR, item_rows BIGINT, removed BIGINT,
        source INTEGER, target INTEGER, amount BIGINT, PRIMARY KEY (writer, seq));
      CREATE TABLE items (writer INTEGER, seq BIGINT, n BIGINT, payload VARCHAR);
      CREATE TABLE state (writer INTEGER PRIMARY KEY, seq BIGINT);
      CREATE TABLE accounts AS
        SELECT range::INTEGER AS id, %d::BIGINT AS balance FROM range(%d);
      """
          .formatted(OPENING_BALANCE, ACCOUNTS);

  /// How the text of an item follows from its place, so that one that was torn is noticed.
  static final String PAYLOAD = "md5(concat_ws('/', writer, seq, n))";

  private static final String JOURNAL = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  private final Engine engine;
  private final int writer;
  private final Random random;
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

  private CrashWorkload(Engine engine, int writer, long seed) {
    this.engine = engine;
    this.writer = writer;
    this.random = new Random(seed + writer);
  }

  /// The program.
  ///
  /// @param arguments the database file, the seed and the number of writers
  public static void main(String[] arguments) {
    long seed = Long.parseLong(arguments[1]);
    Random random = new Random(seed);
    Engine engine = Engine.open(Path.of(arguments[0]));
    // From one checkpoint after each commit up to none at all, and up to commits that go to the file past the log.
    String threshold = new String[] {"1B", "20KB", "300KB", "16MB"}[random.nextInt(4)];
    engine.execute("SET GLOBAL checkpoint_threshold = '" + threshold + "'");
    engine.execute("SET GLOBAL auto_checkpoint_skip_wal_threshold = " + (random.nextBoolean() ? 20_000 : 100_000_000));
    for (int writer = 0; writer < Integer.parseInt(arguments[2]); writer++) {
      CrashWorkload workload = new CrashWorkload(engine, writer, seed);
      Thread.ofPlatform().start(workload::writeForEver);
    }
  }

  private void writeForEver() {
    try (Session session = engine.session()) {
      long seq = lastSeq();
      while (true) {
        if (write(session, seq + 1)) {
          seq++;
          tell("committed " + writer + " " + seq);
        }
      }
    } catch (Throwable e) {
      // The test takes it for the failure that it is: no writer ends before it is killed.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private long lastSeq() {
    try (QueryResult result = engine.query("SELECT coalesce(max(seq), 0) FROM journal WHERE writer = ?", writer)) {
      return result.next().int64(0).get(0);
    }
  }

  /// One write to the pipe for one line: a line is there whole or not at all.
  private void tell(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /// Runs a transaction, in one of the ways that the API has for it.
  ///
  /// @return whether it is committed
  private boolean write(Session session, long seq) {
    if (random.nextInt(12) == 0) {
      checkpoint();
    }
    int kind = random.nextInt(10);
    return switch (random.nextInt(4)) {
      case 0 -> inSession(session, kind, seq);
      case 1 -> engine.inTransaction(transaction -> change(transaction, kind, seq));
      case 2 -> thatIsRolledBackFirst(kind, seq);
      default -> inItsOwn(kind, seq);
    };
  }

  private boolean inSession(Session session, int kind, long seq) {
    try (Transaction transaction = session.begin()) {
      change(transaction, kind, seq);
      transaction.commit();
      return true;
    } catch (TransactionException e) {
      return ifRetryable(e);
    }
  }

  private boolean inItsOwn(int kind, long seq) {
    try (Transaction transaction = engine.begin()) {
      change(transaction, kind, seq);
      transaction.commit();
      return true;
    } catch (TransactionException e) {
      return ifRetryable(e);
    }
  }

  private boolean thatIsRolledBackFirst(int kind, long seq) {
    try (Transaction transaction = engine.begin()) {
      change(transaction, kind, seq);
    } catch (TransactionException e) {
      return ifRetryable(e);
    }
    return inItsOwn(kind, seq);
  }

  private static boolean ifRetryable(TransactionException e) {
    if (!e.isRetryable()) {
      throw e;
    }
    return false;
  }

  private void checkpoint() {
    try {
      engine.execute("CHECKPOINT");
    } catch (TransactionException e) {
      // Others are writing; it is the next one's turn.
      ifRetryable(e);
    }
  }

  private boolean change(Transaction transaction, int kind, long seq) {
    // The same row of each writer in each of its transactions: an update that has to stand with the rest.
    if (transaction.execute("UPDATE state SET seq = ? WHERE writer = ?", seq, writer) == 0) {
      transaction.execute("INSERT INTO state VALUES (?, ?)", writer, seq);
    }
    switch (kind) {
      case 0 -> insert(transaction, "bulk", seq, random.nextLong(5_000, 45_000));
      case 1, 2, 3 -> transfer(transaction, seq);
      case 4, 5 -> remove(transaction, seq);
      case 6 -> createTable(transaction, seq);
      case 7 -> append(transaction, seq);
      default -> insert(transaction, "insert", seq, random.nextLong(1, 51));
    }
    return true;
  }

  private void insert(Transaction transaction, String kind, long seq, long rows) {
    transaction.execute(JOURNAL, writer, seq, kind, rows, null, null, null, null);
    transaction.execute(
        "INSERT INTO items SELECT *, " + PAYLOAD + " FROM (SELECT ? AS writer, ? AS seq, range AS n FROM range(?))",
        writer,
        seq,
        rows);
  }

  private void append(Transaction transaction, long seq) {
    long rows = random.nextLong(2, 10);
    for (long n = 0; n < rows; n++) {
      transaction.execute(
          "INSERT INTO items SELECT *, " + PAYLOAD + " FROM (SELECT ? AS writer, ? AS seq, ? AS n)", writer, seq, n);
    }
    transaction.execute(JOURNAL, writer, seq, "append", rows, null, null, null, null);
  }

  /// Deletes what an earlier transaction of this writer has inserted, if there is such a one.
  private void remove(Transaction transaction, long seq) {
    long removed = oldestWithItems(transaction);
    transaction.execute("DELETE FROM items WHERE writer = ? AND seq = ?", writer, removed);
    transaction.execute(JOURNAL, writer, seq, "remove", 0, removed, null, null, null);
  }

  private long oldestWithItems(Transaction transaction) {
    try (QueryResult result = transaction.query("SELECT coalesce(min(seq), 0) FROM items WHERE writer = ?", writer)) {
      return result.next().int64(0).get(0);
    }
  }

  /// Two rows that all writers share.
  private void transfer(Transaction transaction, long seq) {
    int source = random.nextInt(ACCOUNTS);
    int target = (source + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    long amount = random.nextLong(1, 101);
    transaction.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", amount, source);
    transaction.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", amount, target);
    transaction.execute(JOURNAL, writer, seq, "transfer", 0, null, source, target, amount);
  }

  /// Replaces the table that this writer made before.
  private void createTable(Transaction transaction, long seq) {
    transaction.execute(
        "CREATE OR REPLACE TABLE made_by_" + writer + " AS SELECT ?::BIGINT AS seq, range AS n FROM range(500)", seq);
    transaction.execute(JOURNAL, writer, seq, "table", 0, null, null, null, null);
  }
}
