package io.dataprism.internal.plan;

import io.dataprism.plan.PlanNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Draws what was measured of a plan: a line for each operator, its details below it, then those whose rows it takes.
final class PlanText {
  private PlanText() {}

  static String of(Optional<PlanNode> root, Optional<Duration> time) {
    StringBuilder text = new StringBuilder();
    time.ifPresent(total -> text.append("Total time: ").append(milliseconds(total)).append('\n'));
    root.ifPresentOrElse(
        node -> append(text, node, "", ""), () -> text.append("DuckDB measured no operators of this statement\n"));
    return text.toString();
  }

  private static void append(StringBuilder text, PlanNode node, String first, String further) {
    text.append(first).append(node.operator());
    node.actualRows().ifPresent(rows -> text.append(String.format(Locale.ROOT, ", %,d rows", rows)));
    node.estimatedRows().ifPresent(rows -> text.append(String.format(Locale.ROOT, " (estimated %,d)", rows)));
    node.time().ifPresent(time -> text.append(", ").append(milliseconds(time)));
    text.append('\n');

    List<PlanNode> children = node.children();
    String bar = children.isEmpty() ? "    " : "│   ";
    node.details()
        .forEach((key, values) ->
            text.append(further).append(bar).append(key).append(": ").append(String.join(", ", values)).append('\n'));
    for (int i = 0; i < children.size(); i++) {
      boolean last = i == children.size() - 1;
      append(text, children.get(i), further + (last ? "└─ " : "├─ "), further + (last ? "   " : "│  "));
    }
  }

  private static String milliseconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f ms", time.toNanos() / 1e6);
  }
}
