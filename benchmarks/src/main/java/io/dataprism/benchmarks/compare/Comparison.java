package io.dataprism.benchmarks.compare;

import java.util.Locale;

/// One measure against one peer.
record Comparison(String name, String unit, String peer, double goal, Spread ours, Spread theirs) {
  /// How many times better this library is; 1 is level.
  double ratio() {
    return theirs.median() / ours.median();
  }

  /// The line that is printed: `name<TAB>unit<TAB>ours<TAB>peer's<TAB>peer<TAB>ratio`.
  String line() {
    return String.format(
        Locale.ROOT, "%s\t%s\t%.2f\t%.2f\t%s\t%.2f", name, unit, ours.median(), theirs.median(), peer, ratio());
  }
}
