package io.dataprism.internal.text;

import io.dataprism.RecordBatch;
import io.dataprism.column.Column;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/// Draws a result as a table for people.
///
/// A long result shows its first and its last rows and tells how many lie between. A value that is too wide is cut.
public final class TablePrinter {
  private static final int WIDEST_CELL = 60;
  private static final String ELLIPSIS = "…";

  private final List<Field> fields;
  private final boolean[] isNumber;
  private final ValueText values = new ValueText(WIDEST_CELL + 1);
  private final List<List<String>> head = new ArrayList<>();
  private final Deque<List<String>> tail = new ArrayDeque<>();
  private final int headRows;
  private final int tailRows;
  private long rowCount;

  private TablePrinter(Schema schema, int maxRows) {
    this.fields = schema.fields();
    this.isNumber = new boolean[fields.size()];
    for (int i = 0; i < isNumber.length; i++) {
      isNumber[i] = isNumber(fields.get(i).type());
    }
    this.headRows = maxRows - maxRows / 2;
    this.tailRows = maxRows / 2;
  }

  /// Draws the rows of batches.
  ///
  /// @param maxRows how many rows are drawn at most; further ones are counted
  /// @throws IllegalArgumentException if `maxRows` is negative
  public static String print(Schema schema, Iterable<RecordBatch> batches, int maxRows) {
    if (maxRows < 0) {
      throw new IllegalArgumentException("maxRows is " + maxRows + ", and has to be zero or more");
    }
    TablePrinter printer = new TablePrinter(schema, maxRows);
    for (RecordBatch batch : batches) {
      printer.add(batch);
    }
    return printer.draw();
  }

  private void add(RecordBatch batch) {
    List<Column> columns = new ArrayList<>(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      columns.add(batch.column(i));
    }
    long row = 0;
    while (row < batch.rowCount() && head.size() < headRows) {
      head.add(cells(columns, row++));
    }
    // Any batch may turn out to be the last, and of each only its end can be the end of the result.
    for (row = Math.max(row, batch.rowCount() - tailRows); row < batch.rowCount(); row++) {
      if (tail.size() == tailRows) {
        tail.removeFirst();
      }
      tail.addLast(cells(columns, row));
    }
    rowCount += batch.rowCount();
  }

  private List<String> cells(List<Column> columns, long row) {
    List<String> cells = new ArrayList<>(columns.size());
    for (Column column : columns) {
      cells.add(cell(values.of(column, row)));
    }
    return cells;
  }

  /// A text on one line and not too wide.
  private static String cell(String text) {
    String line = text.chars().anyMatch(Character::isISOControl) ? withoutControls(text) : text;
    return DisplayWidth.of(line) <= WIDEST_CELL ? line : DisplayWidth.cut(line, WIDEST_CELL - 1) + ELLIPSIS;
  }

  private static String withoutControls(String text) {
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(c -> {
          switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
              if (Character.isISOControl(c)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                line.append((char) c);
              }
            }
          }
        });
    return line.toString();
  }

  private String draw() {
    if (fields.isEmpty()) {
      return rows(rowCount) + "\n";
    }
    List<String> names = fields.stream().map(field -> cell(field.name())).toList();
    List<String> types = fields.stream().map(field -> cell(field.type().sql().toLowerCase(Locale.ROOT))).toList();
    long hidden = rowCount - head.size() - tail.size();
    String gap = hidden > 0 ? ELLIPSIS + " " + rows(hidden) : "";
    int[] widths = widths(names, types, DisplayWidth.of(gap));

    StringBuilder table = new StringBuilder();
    appendRule(table, widths, "┌", "┬", "┐");
    appendRow(table, widths, names);
    appendRow(table, widths, types);
    appendRule(table, widths, "├", "┼", "┤");
    head.forEach(row -> appendRow(table, widths, row));
    if (hidden > 0) {
      int inner = Arrays.stream(widths).sum() + 3 * (widths.length - 1);
      table.append("│ ").append(gap).append(" ".repeat(inner - DisplayWidth.of(gap))).append(" │\n");
    }
    tail.forEach(row -> appendRow(table, widths, row));
    appendRule(table, widths, "└", "┴", "┘");
    return table.append(rows(rowCount)).append('\n').toString();
  }

  private int[] widths(List<String> names, List<String> types, int gapWidth) {
    int[] widths = new int[fields.size()];
    widen(widths, names);
    widen(widths, types);
    head.forEach(row -> widen(widths, row));
    tail.forEach(row -> widen(widths, row));
    int missing = gapWidth - Arrays.stream(widths).sum() - 3 * (widths.length - 1);
    if (missing > 0) {
      widths[widths.length - 1] += missing;
    }
    return widths;
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], DisplayWidth.of(cells.get(i)));
    }
  }

  private void appendRow(StringBuilder table, int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - DisplayWidth.of(cells.get(i)));
      table.append("│ ");
      table.append(isNumber[i] ? padding + cells.get(i) : cells.get(i) + padding).append(' ');
    }
    table.append("│\n");
  }

  private static void appendRule(StringBuilder table, int[] widths, String left, String middle, String right) {
    for (int i = 0; i < widths.length; i++) {
      table.append(i == 0 ? left : middle).append("─".repeat(widths[i] + 2));
    }
    table.append(right).append('\n');
  }

  private static String rows(long count) {
    return count + (count == 1 ? " row" : " rows");
  }

  private static boolean isNumber(DataType type) {
    return switch (type) {
      case DataType.Decimal _ -> true;
      case Scalar scalar ->
          switch (scalar) {
            case TINYINT, SMALLINT, INTEGER, BIGINT, HUGEINT -> true;
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT, UHUGEINT -> true;
            case BIGNUM, FLOAT, DOUBLE -> true;
            default -> false;
          };
      default -> false;
    };
  }
}
