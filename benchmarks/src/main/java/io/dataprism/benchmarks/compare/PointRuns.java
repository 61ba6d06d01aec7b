package io.dataprism.benchmarks.compare;

/// How a query for one row is run: so many calls, each with another key.
///
/// @param keys the keys are the numbers from one to this
record PointRuns(int calls, int keys) {
  /// A prime number, so that keys which follow each other lie apart and all get their turn.
  private static final long STEP = 7919;

  /// Reads what [#argument] wrote.
  static PointRuns parse(String argument) {
    int space = argument.indexOf(' ');
    return new PointRuns(
        Integer.parseInt(argument.substring(0, space)), Integer.parseInt(argument.substring(space + 1)));
  }

  /// What a side is told.
  String argument() {
    return calls + " " + keys;
  }

  /// The key of a call, which are counted from zero.
  long key(int call) {
    return 1 + call * STEP % keys;
  }
}
