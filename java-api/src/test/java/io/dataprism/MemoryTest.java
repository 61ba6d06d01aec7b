package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.column.Float64Column;
import io.dataprism.column.Int64Column;
import io.dataprism.column.Utf8Column;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Memory outside the heap stays bounded. Measured in JVMs of their own, where nothing else allocates.
///
/// Opening an engine costs DuckDB some 20 ms, so an engine serves several cycles here; with `-Ddataprism.soak=true`
/// each cycle opens one of its own, which takes about five minutes.
@EnabledOnOs(value = OS.LINUX, disabledReason = "resident memory is read from /proc")
class MemoryTest {
  private static final long MIB = 1 << 20;
  private static final int CYCLES = 10_000;
  private static final int STREAMED_ROWS = 20_000_000;
  private static final long MOST_GROWTH = 64 * MIB;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void tenThousandCyclesLeaveNothingBehind() throws Exception {
    int cyclesPerEngine = Boolean.getBoolean("dataprism.soak") ? 1 : 20;
    ChildJvm.Outcome outcome = ChildJvm.run(Cycles.class, List.of("-Xmx256m"), String.valueOf(cyclesPerEngine));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("live=0");
    assertThat(growth(outcome)).as(outcome.output()).isLessThan(32 * MIB);
  }

  @Test
  void twentyMillionRowsStreamThroughASmallHeap() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Stream.class, List.of("-Xmx256m"));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("rows=" + STREAMED_ROWS).contains("live=0");
    assertThat(growth(outcome)).as(outcome.output()).isLessThan(MOST_GROWTH);
  }

  @Test
  void rowsInAnyOrderStreamThroughASmallHeapAndConsumersThatFailLeaveNothingBehind() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Unordered.class, List.of("-Xmx256m"));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("rows=" + STREAMED_ROWS).contains("live=0");
    assertThat(growth(outcome)).as(outcome.output()).isLessThan(MOST_GROWTH);
  }

  private static long growth(ChildJvm.Outcome outcome) {
    return Long.parseLong(outcome.output().replaceAll("(?s).*growth=(-?\\d+).*", "$1"));
  }

  /// Opens, queries and closes, and tells how much memory the second half took.
  static final class Cycles {
    public static void main(String[] arguments) throws Exception {
      int cyclesPerEngine = Integer.parseInt(arguments[0]);
      run(CYCLES / 2, cyclesPerEngine);
      System.gc();
      long before = ResidentMemory.bytes();
      run(CYCLES / 2, cyclesPerEngine);
      System.gc();
      long after = ResidentMemory.bytes();
      System.out.println("live=" + LiveHandles.ofProcess().total());
      System.out.println("growth=" + (after - before));
    }

    private static void run(int cycles, int cyclesPerEngine) {
      for (int i = 0; i < cycles / cyclesPerEngine; i++) {
        try (Engine engine = Engine.builder().threads(1).open()) {
          for (int j = 0; j < cyclesPerEngine; j++) {
            query(engine);
          }
        }
      }
    }

    private static void query(Engine engine) {
      try (Session session = engine.session();
          QueryResult result = session.query("SELECT range, 'text ' || range FROM range(100)")) {
        for (RecordBatch batch : result) {
          if (batch.rowCount() != 100) {
            throw new AssertionError(batch.rowCount());
          }
        }
      }
    }
  }

  /// Reads many rows, and tells by how much memory rose at its highest above what it was after the first of them.
  static final class Stream {
    private static final String SQL =
        "SELECT range AS n, range * 0.5::DOUBLE AS half, 'row number ' || range AS text FROM range("
            + STREAMED_ROWS
            + ")";

    public static void main(String[] arguments) throws Exception {
      long rows = 0;
      long most = 0;
      long before = 0;
      try (Engine engine = Engine.open()) {
        try (QueryResult result = engine.query(SQL)) {
          double sum = 0;
          long bytes = 0;
          for (int number = 0; ; number++) {
            RecordBatch batch = result.next();
            if (batch == null) {
              break;
            }
            Int64Column n = batch.int64("n");
            Float64Column half = batch.float64("half");
            Utf8Column text = batch.utf8("text");
            for (long row = 0; row < batch.rowCount(); row++) {
              sum += n.get(row) + half.get(row);
              bytes += text.byteLength(row);
            }
            rows += batch.rowCount();
            // The first batches warm the JIT and DuckDB's buffers.
            if (number == 100) {
              before = ResidentMemory.bytes();
            } else if (number % 50 == 0) {
              most = Math.max(most, ResidentMemory.bytes());
            }
          }
          System.out.println("sum=" + sum + " bytes=" + bytes);
        }
      }
      System.out.println("rows=" + rows);
      System.out.println("live=" + LiveHandles.ofProcess().total());
      System.out.println("growth=" + (most - before));
    }
  }

  /// Takes many rows in any order, and stops many queries halfway, after a few of each; tells how much memory that
  /// took.
  static final class Unordered {
    private static final int STOPPED_QUERIES = 2_000;

    public static void main(String[] arguments) throws Exception {
      long before;
      long after;
      try (Engine engine = Engine.builder().threads(2).open()) {
        Query all = engine.sql(Stream.SQL);
        stop(all, STOPPED_QUERIES / 10);
        all.forEachUnordered(batch -> {});
        before = ResidentMemory.bytes();
        System.out.println("rows=" + all.forEachUnordered(batch -> {}));
        stop(all, STOPPED_QUERIES);
        after = ResidentMemory.bytes();
      }
      System.out.println("live=" + LiveHandles.ofProcess().total());
      System.out.println("growth=" + (after - before));
    }

    private static void stop(Query query, int times) {
      RuntimeException stop = new IllegalStateException("on purpose");
      for (int i = 0; i < times; i++) {
        try {
          query.forEachUnordered(batch -> {
            throw stop;
          });
          throw new AssertionError("the query was not stopped");
        } catch (IllegalStateException e) {
          // What the consumer throws is what is expected.
          if (!e.equals(stop)) {
            throw e;
          }
        }
      }
    }
  }
}
