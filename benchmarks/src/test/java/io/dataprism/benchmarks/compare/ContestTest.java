package io.dataprism.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContestTest {
  private static final Launcher NONE =
      new Launcher(Path.of("no-database"), Path.of("no-tables"), Path.of("no-programs"));
  private static final Effort THREE_ROUNDS = new Effort(Duration.ZERO, Duration.ZERO, 3, Duration.ofMinutes(1));

  private final List<String> order = new ArrayList<>();
  private int closed;

  @Test
  void sidesTakeTurnsAndTheMedianOfTheRoundsCounts() throws IOException {
    // The first time of ours is the expected answer's, the next of each side its warm-up.
    Measure measure = measure(side("a", 7, 90, 90, 2, 1, 3), side("b", 7, 90, 40, 10, 20));

    List<Comparison> comparisons = Contest.run(measure, NONE, THREE_ROUNDS);

    assertThat(comparisons).hasSize(1);
    assertThat(comparisons.getFirst().ours()).isEqualTo(new Spread(3, 2, 1, 1.5, 2.5, 3));
    assertThat(comparisons.getFirst().theirs().median()).isEqualTo(20);
    // One ratio for each round: 40 to 2, 10 to 1 and 20 to 3.
    assertThat(comparisons.getFirst().ratio()).isEqualTo(10);
    assertThat(comparisons.getFirst().ratios().max()).isEqualTo(20);
    assertThat(order).containsExactly("a", "a", "b", "a", "b", "a", "b", "a", "b");
    assertThat(closed).isEqualTo(2);
  }

  @Test
  void aSideWithAnotherAnswerEndsTheMeasure() {
    Measure measure = measure(side("a", 7, 1, 1), side("b", 8, 1));

    assertThatThrownBy(() -> Contest.run(measure, NONE, THREE_ROUNDS))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessageContaining("b computed")
        .hasMessageContaining("integers=8");
    assertThat(closed).isEqualTo(2);
  }

  @Test
  void moreIsBetterWhereTheMeasureSaysSo() throws IOException {
    Measure rate =
        new Measure(
            "m",
            "queries/s",
            Measure.Better.MORE,
            _ -> side("a", 7, 1, 20, 20, 20),
            List.of(new Measure.Peer("b", 2, _ -> side("b", 7, 5, 5, 5, 5))),
            List.of(new Sums(1, 7, 0)),
            1);

    assertThat(Contest.run(rate, NONE, THREE_ROUNDS).getFirst().ratio()).isEqualTo(4);
  }

  @Test
  void anAnswerThatIsKnownIsExpectedOfOursToo() {
    Measure known =
        new Measure(
            "m",
            "ms",
            Measure.Better.LESS,
            _ -> side("a", 7, 1),
            List.of(new Measure.Peer("b", 2, _ -> side("b", 7, 1))),
            List.of(new Sums(1, 8, 0)),
            1);

    assertThatThrownBy(() -> Contest.run(known, NONE, THREE_ROUNDS))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessageContaining("dataprism computed");
  }

  @Test
  void aSideThatDoesAPartHasToGetThePartRight() throws IOException {
    assertThat(Contest.run(withPart(side("b", 3, 1, 1, 1, 1)), NONE, THREE_ROUNDS)).hasSize(1);

    assertThatThrownBy(() -> Contest.run(withPart(side("b", 7, 1)), NONE, THREE_ROUNDS))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessageContaining("b computed");
  }

  private Measure withPart(Contender theirs) {
    List<Sums> part = List.of(new Sums(1, 3, 0));
    return new Measure(
        "m", "ms", _ -> side("a", 7, 1, 1, 1, 1, 1), List.of(new Measure.Peer("b", 2, _ -> theirs, part)));
  }

  private static Measure measure(Contender ours, Contender theirs) {
    return new Measure("m", "ms", _ -> ours, List.of(new Measure.Peer("b", 2, _ -> theirs)));
  }

  private Contender side(String name, long answer, double... times) {
    Iterator<Double> next = Arrays.stream(times).iterator();
    return new Contender() {
      @Override
      public Sample run() {
        order.add(name);
        return new Sample(next.next(), new Sums(1, answer, 0));
      }

      @Override
      public void close() {
        closed++;
      }
    };
  }
}
