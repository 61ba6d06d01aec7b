package io.dataprism.benchmarks.compare;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Writes JSON: maps, lists, texts, numbers and booleans.
final class Json {
  private final StringBuilder out = new StringBuilder();

  private Json() {}

  static String write(Object value) {
    Json json = new Json();
    json.append(value, "\n");
    return json.out.append('\n').toString();
  }

  private void append(Object value, String lineBreak) {
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
          Map.Entry<?, ?> entry = entries.next();
          out.append(lineBreak).append("  ");
          appendText(entry.getKey().toString());
          out.append(": ");
          append(entry.getValue(), lineBreak + "  ");
          out.append(entries.hasNext() ? "," : "");
        }
        out.append(lineBreak).append('}');
      }
      case List<?> list -> {
        out.append('[');
        Iterator<?> items = list.iterator();
        while (items.hasNext()) {
          out.append(lineBreak).append("  ");
          append(items.next(), lineBreak + "  ");
          out.append(items.hasNext() ? "," : "");
        }
        out.append(lineBreak).append(']');
      }
      case String text -> appendText(text);
      default -> out.append(value);
    }
  }

  private void appendText(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
