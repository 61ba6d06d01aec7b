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

  @Test
  void sixtyFourThreadsEndWithRightAnswersAndNothingLeft(@TempDir Path directory) throws Exception {
    int seconds = Boolean.getBoolean("dataprism.soak") ? 600 : 30;
    long seed = Long.getLong("dataprism.seed", System.nanoTime());
    System.out.println("SoakTest: " + seconds + " s, to be repeated with -Ddataprism.seed=" + seed);
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            SoakWorkload.class,
            List.of("-Xms384m", "-Xmx384m", "-XX:+AlwaysPreTouch"),
            directory.resolve("soak.db").toString(),
            String.valueOf(seconds),
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
    assertThat(number(outcome, "growth")).as("growth of resident memory in bytes").isLessThan(96 * MIB);
  }

  private static long number(ChildJvm.Outcome outcome, String name) {
    Matcher matcher = Pattern.compile("^" + name + "=(-?\\d+)$", Pattern.MULTILINE).matcher(outcome.output());
    assertThat(matcher.find()).as(name + " in " + outcome.output()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
