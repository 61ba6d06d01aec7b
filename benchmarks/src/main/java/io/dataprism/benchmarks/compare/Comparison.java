package io.dataprism.benchmarks.compare;

import java.util.Locale;

/// One measure against one peer.
///
/// @param ours this library's values, one a round
/// @param theirs the peer's
/// @param ratios how many times better this library was, one a round: sides that ran one right after the other are
///   compared, so that what changes on the machine in the meantime does not count
record Comparison(String name, String unit, String peer, double goal, Spread ours, Spread theirs, Spread ratios) {
  /// How many times better this library is; 1 is level.
  double ratio() {
    return ratios.median();
  }

  /// The line that is printed: `name<TAB>unit<TAB>ours<TAB>peer's<TAB>peer<TAB>ratio`.
  String line() {
    return String.format(
        Locale.ROOT, "%s\t%s\t%.2f\t%.2f\t%s\t%.2f", name, unit, ours.median(), theirs.median(), peer, ratio());
  }
}
