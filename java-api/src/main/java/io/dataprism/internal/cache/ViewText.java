package io.dataprism.internal.cache;

import java.util.Optional;

/// The text of a view, as DuckDB writes it: `CREATE VIEW name (columns) AS query;`.
final class ViewText {
  private static final String AS = " AS ";

  private ViewText() {}

  /// The query of a view.
  static Optional<String> query(String definition) {
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < definition.length(); i++) {
      char c = definition.charAt(i);
      if (c == '"') {
        // A quote within a name is written twice, which leaves the name and enters it again.
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        depth++;
      } else if (!quoted && c == ')') {
        depth--;
      } else if (!quoted && depth == 0 && definition.startsWith(AS, i)) {
        return Optional.of(definition.substring(i + AS.length()));
      }
    }
    return Optional.empty();
  }
}
