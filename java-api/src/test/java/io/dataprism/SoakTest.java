package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Everything at once, for a while: 64 threads that query, fail, cancel, run into limits and close what others use.
///
/// Half a minute in the build; ten with `-Ddataprism.soak=true`. The seed decides what each thread does, in which
/// order; `-Ddataprism.seed` repeats it.
@EnabledOnOs(value = OS.LINUX, disabledReason = "resident memory is read from /proc")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SoakTest {
  private static final long MIB = 1 << 20;
  private static final int THREADS = 64;

  /// How long it goes on, and how little memory may grow in the later two thirds of that.
  ///
  /// A round begins with all threads at once, so what is measured after it varies by some tens of megabytes. The longer
  /// it lasts, the less of that is left in the slope, and the less a leak can be.
  ///
  /// @param growth bytes between the first and the last of these measurements
  /// @param slope bytes a minute, of the line through all of them
  private record Course(int seconds, int rounds, long growth, long slope) {
    static final Course SHORT = new Course(30, 10, 96 * MIB, 240 * MIB);
    static final Course LONG = new Course(600, 30, 64 * MIB, 8 * MIB);
  }

  @Test
  void sixtyFourThreadsEndWithRightAnswersAndNothingLeft(@TempDir Path directory) throws Exception {
    Course course = Boolean.getBoolean("dataprism.soak") ? Course.LONG : Course.SHORT;
    long seed = Long.getLong("dataprism.seed", System.nanoTime());
    System.out.println("SoakTest: " + course.seconds + " s, to be repeated with -Ddataprism.seed=" + seed);
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            SoakWorkload.class,
            List.of("-Xms384m", "-Xmx384m", "-XX:+AlwaysPreTouch"),
            directory.resolve("soak.db").toString(),
            String.valueOf(course.seconds),
            String.valueOf(course.rounds),
            String.valueOf(THREADS),
            String.valueOf(seed));
    System.out.println(outcome.output());
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(number(outcome, "live")).isZero();
    assertThat(number(outcome, "wrong")).isZero();
    // What did not happen has not been tested.
    for (SoakWorkload.Ending ending : SoakWorkload.Ending.values()) {
      assertThat(number(outcome, ending.name())).as(ending.name()).isPositive();
    }
    long growth = number(outcome, "growth");
    long slope = number(outcome, "slope");
    String memory = "resident memory, seed %d: growth %d bytes, slope %d bytes a minute".formatted(seed, growth, slope);
    System.out.println("SoakTest: " + memory);
    assertThat(growth).as(memory).isLessThan(course.growth);
    assertThat(slope).as(memory).isLessThan(course.slope);
  }

  private static long number(ChildJvm.Outcome outcome, String name) {
    Matcher matcher = Pattern.compile("^" + name + "=(-?\\d+)$", Pattern.MULTILINE).matcher(outcome.output());
    assertThat(matcher.find()).as(name + " in " + outcome.output()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
