package io.dataprism.examples;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.dataprism.Engine;
import io.dataprism.Query;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.column.Int64Column;
import io.dataprism.column.Utf8Column;
import io.dataprism.terminal.ProgressBar;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The main job: SQL answers a question about three million flights; then Java reads the columns in place and works the
/// answer out once more by itself.
public final class Quickstart {
  private static final int MILES = 500;
  private static final int MIN_FLIGHTS = 10_000;

  private static final String WORST_AIRPORTS =
      """
      CREATE TABLE worst AS
      SELECT origin, count(*) AS flights, round(avg(delay), 2) AS mean_delay,
        round(100 * avg((delay >= 15)::INTEGER), 1) AS percent_late
      FROM read_parquet($1) WHERE distance > $2
      GROUP BY origin HAVING flights >= $3
      ORDER BY mean_delay DESC LIMIT 10
      """;

  /// A row of the answer.
  record Airport(String origin, long flights, double meanDelay) {}

  private Quickstart() {}

  /// Runs the example.
  ///
  /// @param args the file with the flights; without it, that of the repository
  public static void main(String[] args) {
    String file = args.length > 0 ? args[0] : "examples/data/flights-3m.parquet";
    try (Engine engine = Engine.open()) {
      System.out.printf("From which airports do flights of more than %d miles arrive latest?%n", MILES);
      System.out.printf("Airports with at least %,d of them; late means by 15 minutes or more.%n%n", MIN_FLIGHTS);
      try (ProgressBar bar = ProgressBar.onStandardOutput()) {
        engine.sql(WORST_AIRPORTS).with(file, MILES, MIN_FLIGHTS).onProgress(bar).execute();
      }
      System.out.println(engine.query("FROM worst").toTable(10));

      Scan scan = new Scan();
      long begin = System.nanoTime();
      Query query = engine.sql("SELECT origin, distance, delay FROM read_parquet(?)").with(file);
      try (ProgressBar bar = ProgressBar.onStandardOutput();
          QueryResult flights = query.onProgress(bar).run()) {
        for (RecordBatch batch : flights) {
          scan.add(batch);
        }
      }
      double seconds = (System.nanoTime() - begin) / 1e9;

      scan.compareWith(engine.query("FROM worst").as(Airport.class));
      System.out.printf(
          "Java read all %,d rows of three columns in place, and its own means agree with SQL's.%n", scan.rows);
      System.out.printf("%.2f s, Parquet decoding included: %.1f million rows/s%n", seconds, scan.rows / seconds / 1e6);
      System.out.printf("%.1f MB of Arrow memory crossed from DuckDB to Java without being copied%n", scan.bytes / 1e6);
    }
  }

  /// What Java adds up from the columns.
  private static final class Scan {
    private static final int LETTERS = 26;

    private final long[] flights = new long[LETTERS * LETTERS * LETTERS];
    private final long[] minutes = new long[LETTERS * LETTERS * LETTERS];
    private long rows;
    private long bytes;

    void add(RecordBatch batch) {
      Utf8Column origin = batch.utf8("origin");
      Int64Column distance = batch.int64("distance");
      Int64Column delay = batch.int64("delay");
      MemorySegment codes = origin.data();
      int count = (int) batch.rowCount();
      for (int row = 0; row < count; row++) {
        if (distance.get(row) > MILES) {
          int airport = airport(codes, origin.start(row));
          flights[airport]++;
          minutes[airport] += delay.get(row);
        }
      }
      rows += count;
      bytes += batch.byteSize();
    }

    /// The number of an airport, from the three letters of its code.
    private static int airport(MemorySegment codes, long start) {
      int number = 0;
      for (int i = 0; i < 3; i++) {
        number = number * LETTERS + (codes.get(JAVA_BYTE, start + i) - 'A');
      }
      return number;
    }

    void compareWith(List<Airport> answer) {
      for (Airport airport : answer) {
        byte[] code = airport.origin().getBytes(StandardCharsets.US_ASCII);
        int number = airport(MemorySegment.ofArray(code), 0);
        double mean = (double) minutes[number] / flights[number];
        if (flights[number] != airport.flights() || Math.abs(mean - airport.meanDelay()) > 0.005) {
          throw new IllegalStateException(
              "Java found " + flights[number] + " flights, " + mean + " minutes: " + airport);
        }
      }
    }
  }
}
