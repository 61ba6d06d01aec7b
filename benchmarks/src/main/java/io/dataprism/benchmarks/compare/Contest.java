package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.compare.Contender.Sample;
import io.dataprism.benchmarks.compare.Measure.Peer;
import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Runs one measure: every side for a moment, then every side again, so that whatever else the machine does meets all
/// of them.
final class Contest implements AutoCloseable {
  private static final class Side {
    final String name;
    final Contender contender;
    final @Nullable List<Sums> part;
    final List<Double> values = new ArrayList<>();

    Side(String name, Contender contender, @Nullable List<Sums> part) {
      this.name = name;
      this.contender = contender;
      this.part = part;
    }

    /// What it has to compute.
    ///
    /// @param all what those have to that do all of the work
    List<Sums> expected(List<Sums> all) {
      return part == null ? all : part;
    }
  }

  private final Measure measure;
  private final List<Side> sides = new ArrayList<>();

  private Contest(Measure measure) {
    this.measure = measure;
  }

  /// Runs a measure.
  ///
  /// @throws WrongAnswerException if the sides do not compute the same
  static List<Comparison> run(Measure measure, Launcher launcher, Effort effort) throws IOException {
    try (Contest contest = new Contest(measure)) {
      contest.start(launcher);
      return contest.run(effort);
    }
  }

  private void start(Launcher launcher) throws IOException {
    sides.add(new Side("dataprism", measure.ours().with(launcher), null));
    for (Peer peer : measure.peers()) {
      sides.add(new Side(peer.name(), peer.start().with(launcher), peer.part()));
    }
  }

  private List<Comparison> run(Effort effort) throws IOException {
    long start = System.nanoTime();
    List<Sums> expected = expected();
    for (Side side : sides) {
      warmUp(side, expected, effort);
    }
    long longestRound = 0;
    for (int round = 0; round < effort.rounds(); round++) {
      long roundStart = System.nanoTime();
      // At least one round counts; after it, a round begins only if it will end in time.
      if (round > 0 && roundStart + longestRound - start > effort.total().toNanos()) {
        break;
      }
      for (Side side : sides) {
        side.values.add(turn(side, expected, effort));
      }
      longestRound = Math.max(longestRound, System.nanoTime() - roundStart);
    }
    return comparisons();
  }

  private List<Sums> expected() throws IOException {
    List<Sums> known = measure.answers();
    return known == null ? sides.getFirst().contender.run().sums() : known;
  }

  private void warmUp(Side side, List<Sums> expected, Effort effort) throws IOException {
    long start = System.nanoTime();
    do {
      checked(side, expected);
    } while (System.nanoTime() - start < effort.warmUp().toNanos());
  }

  private double turn(Side side, List<Sums> expected, Effort effort) throws IOException {
    List<Double> values = new ArrayList<>();
    long start = System.nanoTime();
    do {
      values.add(checked(side, expected).value());
    } while (System.nanoTime() - start < effort.turn().toNanos());
    return Spread.of(values).median();
  }

  private Sample checked(Side side, List<Sums> all) throws IOException {
    List<Sums> expected = side.expected(all);
    Sample sample = side.contender.run();
    if (!sample.agreesWith(expected)) {
      throw new WrongAnswerException(
          measure.name() + ": " + side.name + " computed " + sample.sums() + ", and right is " + expected);
    }
    return sample;
  }

  private List<Comparison> comparisons() {
    List<Double> ours = sides.getFirst().values;
    List<Comparison> comparisons = new ArrayList<>();
    for (int i = 0; i < measure.peers().size(); i++) {
      Peer peer = measure.peers().get(i);
      List<Double> theirs = sides.get(i + 1).values;
      List<Double> ratios =
          IntStream.range(0, ours.size()).mapToObj(j -> measure.ratio(ours.get(j), theirs.get(j))).toList();
      comparisons.add(
          new Comparison(
              measure.name(),
              measure.unit(),
              peer.name(),
              peer.goal(),
              Spread.of(ours),
              Spread.of(theirs),
              Spread.of(ratios)));
    }
    return comparisons;
  }

  @Override
  public void close() throws IOException {
    for (Side side : sides) {
      side.contender.close();
    }
  }
}
