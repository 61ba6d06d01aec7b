package io.dataprism.benchmarks.data;

import io.dataprism.Engine;
import io.trino.tpch.LineItem;
import io.trino.tpch.LineItemGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A database file with TPC-H's `lineitem`, and with a table `nested` of lists and structs that is made from it.
///
/// Numbers that TPC-H calls decimal are DOUBLE, as TPC-H's generator in Java has them.
public final class TpchDatabase {
  /// So many files of text, one after the other, that a scale factor of 1 takes some 100 MB of disk for them.
  private static final int PARTS_PER_SCALE = 8;

  private static final String LINE_ITEM =
      """
      CREATE TABLE lineitem (
        l_orderkey BIGINT NOT NULL, l_partkey BIGINT NOT NULL, l_suppkey BIGINT NOT NULL, l_linenumber INTEGER NOT NULL,
        l_quantity DOUBLE NOT NULL, l_extendedprice DOUBLE NOT NULL, l_discount DOUBLE NOT NULL, l_tax DOUBLE NOT NULL,
        l_returnflag VARCHAR NOT NULL, l_linestatus VARCHAR NOT NULL,
        l_shipdate DATE NOT NULL, l_commitdate DATE NOT NULL, l_receiptdate DATE NOT NULL,
        l_shipinstruct VARCHAR NOT NULL, l_shipmode VARCHAR NOT NULL, l_comment VARCHAR NOT NULL)
      """;

  private static final String NESTED =
      """
      CREATE TABLE nested AS
      SELECT
        list(l_partkey ORDER BY l_linenumber) AS parts,
        struct_pack(lines := count(*), price := sum(l_extendedprice)) AS total
      FROM lineitem GROUP BY l_orderkey ORDER BY l_orderkey LIMIT 1000000
      """;

  private TpchDatabase() {}

  /// Makes the database unless it is there.
  ///
  /// @param scale TPC-H's scale factor: 1 gives 6,001,215 rows in `lineitem`
  /// @return the database file
  public static Path ensure(Path directory, double scale) throws IOException {
    Path database = directory.resolve("tpch-sf" + scale + "-uncompressed.duckdb");
    if (Files.exists(database)) {
      return database;
    }
    Files.createDirectories(directory);
    // What an interrupted run leaves must not pass for the database.
    Path unfinished = directory.resolve(database.getFileName() + ".unfinished");
    Files.deleteIfExists(unfinished);
    try (Engine engine = Engine.open(unfinished)) {
      // What is compared is how rows reach Java, not how DuckDB unpacks them, which takes all sides the same time.
      engine.execute("SET force_compression = 'uncompressed'");
      engine.execute(LINE_ITEM);
      int parts = Math.max(1, (int) (scale * PARTS_PER_SCALE));
      for (int part = 1; part <= parts; part++) {
        loadPart(engine, directory, new LineItemGenerator(scale, part, parts));
      }
      engine.execute(NESTED);
      engine.execute("CHECKPOINT");
    }
    return Files.move(unfinished, database, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void loadPart(Engine engine, Path directory, LineItemGenerator rows) throws IOException {
    Path text = Files.createTempFile(directory, "lineitem", ".tbl");
    try {
      write(rows, text);
      engine.execute("INSERT INTO lineitem FROM read_csv(?, delim = '|', header = false, quote = '')", text.toString());
    } finally {
      Files.delete(text);
    }
  }

  private static void write(LineItemGenerator rows, Path text) throws IOException {
    try (Writer writer = Files.newBufferedWriter(text)) {
      for (LineItem row : rows) {
        String line = row.toLine();
        // TPC-H ends a line with a delimiter, which a reader of CSV takes for one more column.
        writer.write(line, 0, line.length() - 1);
        writer.write('\n');
      }
    }
  }
}
