package io.dataprism.error;

import io.dataprism.error.DataPrismException.Details;

/// Writes the message of an exception: what happened, the line of SQL with a mark under the place, and the hint.
final class ErrorText {
  /// The most characters of a line of SQL that are shown around the place.
  private static final int WINDOW = 100;

  private ErrorText() {}

  static String of(Details details) {
    StringBuilder text = new StringBuilder(details.message());
    String sql = details.sql();
    if (sql != null && details.position() >= 0 && details.position() <= sql.length()) {
      appendPlace(text, sql, details.position());
    }
    if (details.hint() != null) {
      text.append("\nHint: ").append(details.hint());
    }
    return text.toString();
  }

  private static void appendPlace(StringBuilder text, String sql, int position) {
    int lineStart = sql.lastIndexOf('\n', position - 1) + 1;
    int newline = sql.indexOf('\n', position);
    int lineEnd = newline < 0 ? sql.length() : newline;
    int lineNumber = 1 + (int) sql.substring(0, lineStart).chars().filter(c -> c == '\n').count();

    int from = Math.max(lineStart, position - WINDOW / 2);
    int to = Math.min(lineEnd, from + WINDOW);
    String before = from > lineStart ? "…" : "";
    String after = to < lineEnd ? "…" : "";
    String prefix = "  line " + lineNumber + ": " + before;
    text.append('\n').append(prefix).append(sql, from, to).append(after);
    text.append('\n').append(" ".repeat(prefix.length()));
    // Tabs are kept, so that the mark stands under its place whatever their width.
    sql.substring(from, position).chars().map(c -> c == '\t' ? '\t' : ' ').forEach(c -> text.append((char) c));
    text.append('^');
  }
}
