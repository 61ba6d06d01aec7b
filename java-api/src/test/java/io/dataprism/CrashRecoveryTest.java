package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed while it writes loses nothing that it committed and leaves nothing half done.
///
/// Each of the workloads is a [CrashWorkload] in a JVM of its own, with a mix of its own, that is killed with SIGKILL
/// at a random moment: most of them while they write, some while they still start or replay the log. Then the file is
/// opened and compared with what the workload had told. A file goes through several kills before there is a new one.
///
/// `-Ddataprism.kills=…` sets how many workloads there are, and `-Ddataprism.seed=…` repeats the choices of a run. The
/// moment of a kill is a time, so a repeated run kills at about the same place, not at the same instruction.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "killed processes there are not killed with SIGKILL")
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class CrashRecoveryTest {
  private static final int KILLS = Integer.getInteger("dataprism.kills", 50);
  private static final int KILLS_OF_A_FILE = 10;
  private static final int MOST_WRITERS = 3;

  /// How the shell and Java count a process that ended by signal 9.
  private static final int KILLED = 128 + 9;

  private static final Pattern COMMITTED = Pattern.compile("committed (\\d+) (\\d+)");

  @TempDir Path directory;

  /// For each writer, the last transaction that it told of or that was found in the file.
  private final long[] committed = new long[MOST_WRITERS];

  private long told;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void whatIsCommittedOutlivesTheProcess() throws Exception {
    long seed = Long.getLong("dataprism.seed", System.nanoTime());
    System.out.println("CrashRecoveryTest: " + KILLS + " kills, to be repeated with -Ddataprism.seed=" + seed);
    Random random = new Random(seed);
    Path file = directory;
    for (int kill = 0; kill < KILLS; kill++) {
      if (kill % KILLS_OF_A_FILE == 0) {
        file = directory.resolve("crash" + kill + ".duckdb");
        create(file);
      }
      String context = "-Ddataprism.seed=" + seed + ", kill " + kill;
      writeAndDie(file, random, context);
      verify(file, random.nextBoolean(), context);
    }
    assertThat(told).as("the workloads were killed after they had committed something").isGreaterThan(KILLS);
    System.out.println("CrashRecoveryTest: " + told + " commits were told of and found");
  }

  private void create(Path file) {
    try (Engine engine = Engine.open(file)) {
      engine.execute(CrashWorkload.SCHEMA);
    }
    Arrays.fill(committed, 0);
  }

  private void writeAndDie(Path file, Random random, String context) throws Exception {
    int writers = 1 + random.nextInt(MOST_WRITERS);
    boolean whileItStarts = random.nextInt(6) == 0;
    long delay = random.nextInt(whileItStarts ? 700 : 500);
    Process process =
        ChildJvm.start(
            CrashWorkload.class,
            List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx128m"),
            file.toString(),
            Long.toString(random.nextLong()),
            Integer.toString(writers));
    List<String> complaints = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      if (!whileItStarts) {
        read(output.readLine(), complaints);
      }
      TimeUnit.MILLISECONDS.sleep(delay);
      // The handle's method leaves the pipe open, in which there is still what was told before the kill.
      process.toHandle().destroyForcibly();
      readToTheEnd(output, complaints);
      assertThat(complaints).as(context).isEmpty();
      assertThat(process.waitFor()).as(context + ": the workload ended by the kill").isEqualTo(KILLED);
    }
  }

  private void readToTheEnd(BufferedReader output, List<String> complaints) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      read(line, complaints);
    }
  }

  private void read(String line, List<String> complaints) {
    Matcher commit = COMMITTED.matcher(String.valueOf(line));
    if (commit.matches()) {
      int writer = Integer.parseInt(commit.group(1));
      committed[writer] = Math.max(committed[writer], Long.parseLong(commit.group(2)));
      told++;
    } else {
      complaints.add(String.valueOf(line));
    }
  }

  /// @param readOnly leaves the log as the killed process left it, so that the next one has to replay it too
  private void verify(Path file, boolean readOnly, String context) {
    try (Engine engine = readOnly ? Engine.builder().database(file).readOnly().open() : Engine.open(file)) {
      for (int writer = 0; writer < MOST_WRITERS; writer++) {
        long last = number(engine, "SELECT coalesce(max(seq), 0) FROM journal WHERE writer = " + writer);
        assertThat(last)
            .as(context + ": the last transaction of writer " + writer + ", which may have ended untold")
            .isBetween(committed[writer], committed[writer] + 1);
        committed[writer] = last;
      }
      none(
          engine,
          context + ": journals have no gaps",
          "FROM (SELECT writer, count(*) AS found, max(seq) AS last FROM journal GROUP BY writer) WHERE found <> last");
      none(
          engine,
          context + ": the row of each writer is as new as its journal",
          """
          FROM (SELECT writer, max(seq) AS seq FROM journal GROUP BY writer) j FULL JOIN state s USING (writer)
          WHERE j.seq IS DISTINCT FROM s.seq
          """);
      none(
          engine,
          context + ": each transaction has all of its items or, once they are removed, none",
          """
          FROM (
            SELECT writer, seq, item_rows FROM journal j
            WHERE item_rows > 0 AND NOT EXISTS (FROM journal r WHERE r.writer = j.writer AND r.removed = j.seq)
          ) j FULL JOIN (
            SELECT writer, seq, count(*) AS item_rows, count(DISTINCT n) AS ns, max(n) AS last_n
            FROM items GROUP BY writer, seq
          ) i USING (writer, seq)
          WHERE j.item_rows IS DISTINCT FROM i.item_rows OR i.ns <> i.item_rows OR i.last_n <> i.item_rows - 1
          """);
      none(engine, context + ": items are whole", "FROM items WHERE payload IS DISTINCT FROM " + CrashWorkload.PAYLOAD);
      none(
          engine,
          context + ": balances are what the transfers made them",
          """
          FROM accounts a LEFT JOIN (
            SELECT id, sum(change) AS change FROM (
              SELECT source AS id, -amount AS change FROM journal WHERE kind = 'transfer'
              UNION ALL SELECT target, amount FROM journal WHERE kind = 'transfer'
            ) GROUP BY id
          ) c USING (id)
          WHERE a.balance <> %d + coalesce(c.change, 0)
          """
              .formatted(CrashWorkload.OPENING_BALANCE));
      assertThat(number(engine, "SELECT count(*) FROM accounts")).as(context).isEqualTo(CrashWorkload.ACCOUNTS);
      for (int writer = 0; writer < MOST_WRITERS; writer++) {
        verifyTable(engine, writer, context);
      }
    }
  }

  private static void verifyTable(Engine engine, int writer, String context) {
    String table = "made_by_" + writer;
    long last = number(engine, "SELECT coalesce(max(seq), 0) FROM journal WHERE kind = 'table' AND writer = " + writer);
    assertThat(number(engine, "SELECT count(*) FROM duckdb_tables() WHERE table_name = '" + table + "'"))
        .as(context + ": the table of writer " + writer)
        .isEqualTo(last == 0 ? 0 : 1);
    if (last != 0) {
      assertThat(number(engine, "SELECT count(DISTINCT n) FROM " + table + " WHERE seq = " + last))
          .as(context + ": rows of the table of writer " + writer)
          .isEqualTo(500);
    }
  }

  private static void none(Engine engine, String what, String fromWhere) {
    assertThat(engine.query("SELECT * " + fromWhere).toTable(20)).as(what).endsWith("0 rows\n");
  }

  private static long number(Engine engine, String sql) {
    try (QueryResult result = engine.query(sql)) {
      return result.next().int64(0).get(0);
    }
  }
}
