package io.dataprism.benchmarks.data;

import io.dataprism.Engine;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;

/// Makes database files of the rows that TPC-H's generator in Java makes.
final class TpchLoader {
  /// So many files of text, one after the other, that a scale factor of 1 takes some 100 MB of disk for them.
  private static final int PARTS_PER_SCALE = 8;

  /// The tables that have the same few rows at every scale, which are not made in parts.
  private static final Set<TpchTable<?>> FIXED = Set.of(TpchTable.NATION, TpchTable.REGION);

  private final Engine engine;
  private final Path directory;
  private final double scale;

  /// Puts into a new database what belongs there.
  @FunctionalInterface
  interface Filling {
    void fill(TpchLoader loader) throws IOException;
  }

  private TpchLoader(Engine engine, Path directory, double scale) {
    this.engine = engine;
    this.directory = directory;
    this.scale = scale;
  }

  /// Makes a database unless it is there.
  static Path ensure(Path directory, String name, double scale, Filling filling) throws IOException {
    Path database = directory.resolve(name);
    if (Files.exists(database)) {
      return database;
    }
    Files.createDirectories(directory);
    // What an interrupted run leaves must not pass for the database.
    Path unfinished = directory.resolve(name + ".unfinished");
    Files.deleteIfExists(unfinished);
    try (Engine engine = Engine.open(unfinished)) {
      filling.fill(new TpchLoader(engine, directory, scale));
      engine.execute("CHECKPOINT");
    }
    return Files.move(unfinished, database, StandardCopyOption.ATOMIC_MOVE);
  }

  void execute(String sql) {
    engine.execute(sql);
  }

  /// Fills a table, which has the columns of the specification.
  void load(TpchTable<?> table) throws IOException {
    int parts = FIXED.contains(table) ? 1 : Math.max(1, (int) (scale * PARTS_PER_SCALE));
    for (int part = 1; part <= parts; part++) {
      loadPart(table.getTableName(), table.createGenerator(scale, part, parts));
    }
  }

  private void loadPart(String table, Iterable<? extends TpchEntity> rows) throws IOException {
    Path text = Files.createTempFile(directory, table, ".tbl");
    try {
      write(rows, text);
      engine.execute(
          "INSERT INTO " + table + " FROM read_csv(?, delim = '|', header = false, quote = '', all_varchar = true)",
          text.toString());
    } finally {
      Files.delete(text);
    }
  }

  private static void write(Iterable<? extends TpchEntity> rows, Path text) throws IOException {
    try (Writer writer = Files.newBufferedWriter(text)) {
      for (TpchEntity row : rows) {
        String line = row.toLine();
        // TPC-H ends a line with a delimiter, which a reader of CSV takes for one more column.
        writer.write(line, 0, line.length() - 1);
        writer.write('\n');
      }
    }
  }
}
