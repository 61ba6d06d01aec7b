package io.dataprism.examples;

import io.dataprism.Engine;
import java.time.LocalDate;
import java.util.List;

/// Rows as Java records: the worst day of each month.
public final class MapRecords {
  /// A component takes the column of its name: `meanDelay` takes `mean_delay`.
  record Day(LocalDate day, long flights, double meanDelay) {}

  private static final String WORST_DAYS =
      """
      SELECT date::DATE AS day, count(*) AS flights, avg(delay) AS mean_delay
      FROM read_parquet(?)
      WHERE date < ?
      GROUP BY day
      QUALIFY row_number() OVER (PARTITION BY month(day) ORDER BY mean_delay DESC) = 1
      ORDER BY day
      """;

  private MapRecords() {}

  /// Runs the example.
  ///
  /// @param args the file with the flights; without it, that of the repository
  public static void main(String[] args) {
    String file = args.length > 0 ? args[0] : "examples/data/flights-3m.parquet";
    try (Engine engine = Engine.open()) {
      List<Day> days = engine.query(WORST_DAYS, file, LocalDate.of(2001, 7, 1)).as(Day.class);
      for (Day day : days) {
        System.out.printf("%s: %,d flights, %.1f minutes late on average%n", day.day(), day.flights(), day.meanDelay());
      }
    }
  }
}
