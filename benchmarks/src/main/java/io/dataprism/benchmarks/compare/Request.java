package io.dataprism.benchmarks.compare;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/// What the user asked to be measured.
record Request(List<Measure> measures, boolean quick) {
  private static final String USAGE = "usage: benchmarks/compare [--quick] [--only NAME]";

  /// @throws IllegalArgumentException if an argument is not known; the message tells what is
  static Request parse(List<String> arguments) {
    List<Measure> measures = new ArrayList<>(Measures.ALL);
    boolean quick = false;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      switch (argument) {
        case "--quick" -> quick = true;
        case "--only" -> {
          if (!rest.hasNext()) {
            throw new IllegalArgumentException(USAGE);
          }
          String name = rest.next();
          measures.removeIf(measure -> !measure.name().equals(name));
          if (measures.isEmpty()) {
            throw new IllegalArgumentException("there is no measure " + name + "; there are " + names());
          }
        }
        default -> throw new IllegalArgumentException(USAGE);
      }
    }
    return new Request(measures, quick);
  }

  Effort effort(Measure measure) {
    return quick ? Effort.QUICK : Effort.FULL.times(measure.patience());
  }

  private static String names() {
    return Measures.ALL.stream().map(Measure::name).collect(Collectors.joining(", "));
  }
}
