package io.dataprism.internal.append;

import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.registration.GeneratedPart;
import io.dataprism.registration.GeneratedRows;
import io.dataprism.registration.Table;
import io.dataprism.schema.Schema;
import java.util.List;

/// Rows that are enough for a flush of their own, as a table: the threads that insert them also copy them, a few at a
/// time, from where they are.
final class WholeFlush {
  /// A row group of DuckDB's, which one of its threads inserts.
  private static final long PART_ROWS = 122_880;

  private WholeFlush() {}

  /// Copies rows. Called by several threads at once.
  @FunctionalInterface
  interface Copier {
    /// Copies some rows.
    ///
    /// @param target takes them, from its row 0 on
    /// @param from the first one, a multiple of eight
    /// @param count how many
    void copy(GeneratedRows target, int from, int count);
  }

  /// The table.
  static Table table(List<ColumnLayout> columns, long rowCount, Copier copier) {
    Schema schema = new Schema(columns.stream().map(ColumnLayout::field).toList());
    int parts = Math.toIntExact((rowCount + PART_ROWS - 1) / PART_ROWS);
    return Table.generated(
        schema, parts, (part, _) -> new Part(part * PART_ROWS, Math.min((part + 1) * PART_ROWS, rowCount), copier));
  }

  private static final class Part implements GeneratedPart {
    private final long end;
    private final Copier copier;
    private long next;

    Part(long first, long end, Copier copier) {
      this.next = first;
      this.end = end;
      this.copier = copier;
    }

    @Override
    public int write(GeneratedRows rows) {
      int count = (int) Math.min(GeneratedRows.BATCH_ROWS, end - next);
      copier.copy(rows, (int) next, count);
      next += count;
      return count;
    }
  }
}
