package io.dataprism.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressBarTest {
  private static final String CLEAR = "\u001b[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private ProgressBar bar(int columns, Charset charset) {
    return ProgressBar.on(new PrintStream(bytes, false, charset), columns);
  }

  /// What a report draws, without the control characters around it.
  private String drawn(int columns, Charset charset, Progress progress) {
    bytes.reset();
    bar(columns, charset).accept(progress);
    String text = bytes.toString(charset);
    assertThat(text).startsWith("\r").endsWith(CLEAR);
    return text.substring(1, text.length() - CLEAR.length());
  }

  private static Progress at(double fraction, long rows, long millis) {
    return new Progress(fraction, rows, Duration.ofMillis(millis));
  }

  @Test
  void showsWhatIsKnown() {
    assertThat(drawn(80, StandardCharsets.UTF_8, at(0.42, 1_234_567, 4_200)))
        .isEqualTo(" 42% ██████████░░░░░░░░░░░░░░░░  0:04  0:05 left  1,234,567 rows  293.9k rows/s");
    assertThat(drawn(80, StandardCharsets.US_ASCII, at(0.42, 0, 3_725_000)))
        .isEqualTo(" 42% [####################-----------------------------]  1:02:05  1:25:44 left");
    assertThat(drawn(60, StandardCharsets.UTF_8, at(1, 0, 1_000)))
        .isEqualTo("100% █████████████████████████████████████  0:01  0:00 left");
  }

  @Test
  void withoutAFractionABlockMovesToAndFro() {
    String first = drawn(30, StandardCharsets.US_ASCII, at(-1, 0, 800));
    assertThat(first).isEqualTo("     [----------####--]  0:00");
    assertThat(drawn(30, StandardCharsets.US_ASCII, at(-1, 0, 960))).isEqualTo("     [------------####]  0:00");
    assertThat(drawn(30, StandardCharsets.US_ASCII, at(-1, 0, 1_120))).isEqualTo("     [----------####--]  0:01");
    // What DuckDB says before it knows anything.
    assertThat(drawn(30, StandardCharsets.US_ASCII, at(0, 0, 800))).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8, 15, 16, 17, 20, 25, 30, 40, 50, 60, 70, 79, 80, 81, 120, 300})
  void neverReachesTheLastColumn(int columns) {
    for (Charset charset : new Charset[] {StandardCharsets.UTF_8, StandardCharsets.US_ASCII}) {
      for (long millis : new long[] {300, 10_000, 1_000_000_000L}) {
        for (double fraction : new double[] {0.001, 0.5, 0.999, 1}) {
          String line = drawn(columns, charset, at(fraction, 123_456_789_012L, millis));
          assertThat(line).hasSizeLessThan(columns);
          assertThat(charset.newEncoder().canEncode(line)).isTrue();
        }
        bytes.reset();
        bar(columns, charset).accept(at(-1, 5, millis));
        assertThat(bytes.toString(charset)).hasSizeLessThanOrEqualTo(columns + CLEAR.length());
      }
    }
  }

  @Test
  void aNarrowTerminalGetsWhatMattersMost() {
    Progress progress = at(0.42, 1_234_567, 4_200);
    assertThat(drawn(40, StandardCharsets.UTF_8, progress)).isEqualTo(" 42% ███████░░░░░░░░░░  0:04  0:05 left");
    assertThat(drawn(24, StandardCharsets.UTF_8, progress)).isEqualTo(" 42% █████░░░░░░░  0:04");
    assertThat(drawn(10, StandardCharsets.UTF_8, progress)).isEqualTo(" 42%");
  }

  @Test
  void theTimeThatIsLeftShrinksBetweenEstimates() {
    try (ProgressBar bar = bar(40, StandardCharsets.US_ASCII)) {
      bar.accept(at(0.25, 0, 10_000));
      assertThat(bytes.toString(StandardCharsets.US_ASCII)).contains("0:10  0:30 left");
      bar.accept(at(0.25, 0, 20_000));
      assertThat(bytes.toString(StandardCharsets.US_ASCII)).contains("0:20  0:20 left");
      bytes.reset();
      bar.accept(at(0.25, 0, 41_000));
      assertThat(bytes.toString(StandardCharsets.US_ASCII)).contains(" 25% ", "0:41").doesNotContain("left");
    }
  }

  @Test
  void aQuickQueryDrawsNothing() {
    try (ProgressBar bar = bar(80, StandardCharsets.UTF_8)) {
      bar.accept(at(0.9, 10, 299));
    }
    assertThat(bytes.size()).isZero();
  }

  @Test
  void closingRemovesTheLineForGood() {
    ProgressBar bar = bar(80, StandardCharsets.UTF_8);
    bar.accept(at(0.5, 10, 1_000));
    bytes.reset();
    bar.close();
    // A query's last report comes on another thread, perhaps when the program is already printing something else.
    bar.accept(at(1, 10, 1_100));
    bar.close();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\r" + CLEAR);
  }

  @Test
  void whatHasNotChangedIsNotDrawnAgain() {
    try (ProgressBar bar = bar(80, StandardCharsets.UTF_8)) {
      bar.accept(at(0.5, 10, 1_000));
      int size = bytes.size();
      bar.accept(at(0.5, 10, 1_000));
      assertThat(bytes.size()).isEqualTo(size);
    }
  }

  @Test
  void withoutATerminalNothingIsDrawn() {
    PrintStream before = System.out;
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      // The tests of a build have no terminal.
      try (ProgressBar bar = ProgressBar.onStandardOutput()) {
        bar.accept(at(0.5, 10, 1_000));
      }
    } finally {
      System.setOut(before);
    }
    assertThat(bytes.size()).isZero();
  }

  @Test
  void theWidthIsWhatTheEnvironmentSays() {
    assertThat(ProgressBar.columns("132")).isEqualTo(132);
    assertThat(ProgressBar.columns(null)).isEqualTo(80);
    assertThat(ProgressBar.columns("wide")).isEqualTo(80);
    assertThat(ProgressBar.columns("0")).isEqualTo(80);
  }
}
