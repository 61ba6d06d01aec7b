package io.dataprism.examples;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.column.Int64Column;
import io.dataprism.column.ListColumn;
import io.dataprism.column.StructColumn;
import io.dataprism.column.Utf8Column;

/// Columns of every shape, read where they lie: text, NULL, structs and lists.
public final class ReadColumns {
  private static final String ROUTES =
      """
      SELECT origin, destination,
        {flights: count(*), worst: max(delay)} AS total,
        list(delay ORDER BY delay DESC) FILTER (delay > 600) AS very_late
      FROM read_parquet(?) WHERE origin = ?
      GROUP BY origin, destination ORDER BY count(*) DESC, destination LIMIT 5
      """;

  private ReadColumns() {}

  /// Runs the example.
  ///
  /// @param args the file with the flights; without it, that of the repository
  public static void main(String[] args) {
    String file = args.length > 0 ? args[0] : "examples/data/flights-3m.parquet";
    try (Engine engine = Engine.open();
        QueryResult result = engine.query(ROUTES, file, "HNL")) {
      System.out.println(result.schema());
      for (RecordBatch batch : result) {
        print(batch);
      }
    }
  }

  private static void print(RecordBatch batch) {
    Utf8Column destination = batch.utf8("destination");
    StructColumn total = batch.struct("total");
    Int64Column flights = total.int64("flights");
    ListColumn veryLate = batch.list("very_late");
    // The elements of all lists are one column; start and end tell which of them are a row's.
    Int64Column minutes = veryLate.child().as(Int64Column.class);
    for (long row = 0; row < batch.rowCount(); row++) {
      System.out.printf("HNL to %s: %,d flights", destination.get(row), flights.get(row));
      if (!veryLate.isNull(row)) {
        System.out.print(", very late by");
        for (long i = veryLate.start(row), end = veryLate.end(row); i < end; i++) {
          System.out.print(" " + minutes.get(i));
        }
        System.out.print(" minutes");
      }
      System.out.println();
    }
  }
}
