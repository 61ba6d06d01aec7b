package io.dataprism.benchmarks.compare;

import io.dataprism.Engine;
import java.nio.file.Path;
import java.util.Locale;

/// Prints what was measured last as the rows of the table in `RESULTS.md`; `benchmarks/table` starts it.
public final class ResultsTable {
  private static final String COMPARISONS =
      """
      SELECT
        c.name, c.peer, c.unit, c.goal::DOUBLE AS goal,
        c.ours.median::DOUBLE AS ours, c.ours.lower_quartile::DOUBLE AS ours_low, c.ours.upper_quartile::DOUBLE AS ours_high,
        c.peers.median::DOUBLE AS peers, c.peers.lower_quartile::DOUBLE AS peers_low,
        c.peers.upper_quartile::DOUBLE AS peers_high,
        c.ratio::DOUBLE AS ratio, c.ratios.lower_quartile::DOUBLE AS ratio_low,
        c.ratios.upper_quartile::DOUBLE AS ratio_high
      FROM (SELECT unnest(comparisons) AS c FROM read_json(?))
      """;

  private ResultsTable() {}

  /// Prints the table.
  ///
  /// @param args the file that a comparison wrote
  public static void main(String[] args) {
    System.out.println("| measure | peer | ours | peer's | unit | ratio | goal | met |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    try (Engine engine = Engine.open()) {
      for (Row row : engine.query(COMPARISONS, Path.of(args[0]).toString()).as(Row.class)) {
        System.out.println(row.line());
      }
    }
  }

  record Row(
      String name,
      String peer,
      String unit,
      double goal,
      double ours,
      double oursLow,
      double oursHigh,
      double peers,
      double peersLow,
      double peersHigh,
      double ratio,
      double ratioLow,
      double ratioHigh) {
    String line() {
      return String.format(
          Locale.ROOT,
          "| `%s` | `%s` | %s | %s | %s | **%.2f** (%.2f–%.2f) | %s | %s |",
          name,
          peer,
          spread(ours, oursLow, oursHigh),
          spread(peers, peersLow, peersHigh),
          unit,
          ratio,
          ratioLow,
          ratioHigh,
          goal == Math.rint(goal) ? String.format(Locale.ROOT, "%.0f", goal) : Double.toString(goal),
          ratio >= goal ? "yes" : "no");
    }

    private static String spread(double median, double low, double high) {
      return number(median) + " (" + number(low) + "–" + number(high) + ")";
    }

    private static String number(double value) {
      return String.format(Locale.ROOT, value < 1000 ? "%.1f" : "%.0f", value);
    }
  }
}
