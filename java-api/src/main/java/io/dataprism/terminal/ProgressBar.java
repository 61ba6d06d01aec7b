package io.dataprism.terminal;

import io.dataprism.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A line in a terminal that shows how far a query is, for [io.dataprism.Query#onProgress].
///
/// ```java
/// try (ProgressBar bar = ProgressBar.onStandardOutput()) {
///   engine.sql("CREATE TABLE sorted AS FROM flights ORDER BY ALL").onProgress(bar).execute();
/// }
/// ```
///
/// It shows what has been done, the rows that were pulled, the time since the start, rows a second and an estimate of
/// the time that is left, as far as they are known and the line has room. It is drawn over itself until it is closed,
/// which removes it. Queries that take less than 300 milliseconds are not shown, so that nothing flickers.
///
/// One bar is for one query. Thread-safe; while it is open, nothing else should be printed to the terminal.
public final class ProgressBar implements Consumer<Progress>, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  /// Before that much is known, an estimate would mostly be wrong.
  private static final double LEAST_FRACTION = 0.02;

  private static final int DEFAULT_COLUMNS = 80;
  private static final int LEAST_BAR = 10;

  /// How many columns of a bar without an end are filled, and how long these stay at one place.
  private static final int SLIDER = 4;

  private static final Duration SLIDER_PAUSE = Duration.ofMillis(80);

  private static final String CLEAR_TO_END = "\u001b[K";

  /// None where nothing is to be drawn.
  private final @Nullable PrintStream out;

  private final int columns;
  private final boolean blocks;

  // Guarded by this.
  private String drawn = "";
  private boolean closed;

  /// The greatest fraction so far, and how long the query takes by it. DuckDB tells a new one now and then only; the
  /// time that is left has to shrink meanwhile.
  private double fraction;

  private Duration expected = Duration.ZERO;

  private ProgressBar(@Nullable PrintStream out, int columns) {
    this.out = out;
    // A line that fills the last column makes some terminals go on to the next.
    this.columns = columns - 1;
    this.blocks = out != null && out.charset().canEncode() && out.charset().newEncoder().canEncode("█░");
  }

  /// A bar on the standard output, if that is a terminal, and one that draws nothing if it is a file, a pipe, or a
  /// terminal that cannot draw over a line. It is as wide as the environment variable `COLUMNS` says, or 80 columns.
  // Whether there is a console without a terminal depends on the implementation that the runtime chooses.
  @SuppressWarnings("SystemConsoleNull")
  public static ProgressBar onStandardOutput() {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    return new ProgressBar(terminal ? System.out : null, columns(System.getenv("COLUMNS")));
  }

  /// A bar on a stream that somebody knows to be a terminal.
  ///
  /// @param out where it is drawn; not closed with the bar. Its character set decides whether blocks or ASCII are
  ///   drawn.
  /// @param columns how wide the terminal is
  public static ProgressBar on(PrintStream out, int columns) {
    return new ProgressBar(out, columns);
  }

  static int columns(@Nullable String text) {
    if (text == null) {
      return DEFAULT_COLUMNS;
    }
    try {
      int columns = Integer.parseInt(text.strip());
      return columns > 0 ? columns : DEFAULT_COLUMNS;
    } catch (NumberFormatException e) {
      return DEFAULT_COLUMNS;
    }
  }

  /// Draws how far the query is.
  @Override
  public synchronized void accept(Progress progress) {
    if (out == null || closed || progress.elapsed().compareTo(PATIENCE) < 0) {
      return;
    }
    if (progress.fraction() > fraction) {
      fraction = progress.fraction();
      expected = Duration.ofMillis((long) (progress.elapsed().toMillis() / fraction));
    }
    String line = line(progress);
    if (!line.equals(drawn)) {
      drawn = line;
      out.print("\r" + line + CLEAR_TO_END);
      out.flush();
    }
  }

  /// Removes the line. Reports that still come draw nothing.
  @Override
  public synchronized void close() {
    closed = true;
    if (out != null && !drawn.isEmpty()) {
      drawn = "";
      out.print("\r" + CLEAR_TO_END);
      out.flush();
    }
  }

  private String line(Progress progress) {
    // DuckDB says zero until it has its first estimate, which may take long.
    boolean known = fraction > 0;
    String percent = known ? String.format(Locale.ROOT, "%3d%%", (int) (100 * fraction)) : "    ";
    String facts = "";
    int room = columns - percent.length() - 1 - LEAST_BAR - ends();
    for (String fact : facts(progress)) {
      // The first ones matter most; one that does not fit may be followed by a shorter one that does.
      if (facts.length() + 2 + fact.length() <= room) {
        facts += "  " + fact;
      }
    }
    int width = columns - percent.length() - 1 - facts.length() - ends();
    if (width < LEAST_BAR) {
      return known ? percent.substring(0, Math.clamp(columns, 0, percent.length())) : "";
    }
    return percent + " " + bar(progress, width) + facts;
  }

  private int ends() {
    return blocks ? 0 : 2;
  }

  private String bar(Progress progress, int width) {
    int begin = 0;
    int end;
    if (fraction > 0) {
      end = (int) (Math.min(fraction, 1) * width);
    } else {
      begin = slider(progress.elapsed(), width - SLIDER);
      end = begin + SLIDER;
    }
    String full = blocks ? "█" : "#";
    String empty = blocks ? "░" : "-";
    String bar = empty.repeat(begin) + full.repeat(end - begin) + empty.repeat(width - end);
    return blocks ? bar : "[" + bar + "]";
  }

  /// Goes from zero to `last` and back.
  private static int slider(Duration elapsed, int last) {
    int place = (int) (elapsed.dividedBy(SLIDER_PAUSE) % (2L * last));
    return place <= last ? place : 2 * last - place;
  }

  private List<String> facts(Progress progress) {
    Duration elapsed = progress.elapsed();
    Duration left = expected.minus(elapsed);
    List<String> facts = new ArrayList<>();
    facts.add(clock(elapsed));
    if (fraction >= LEAST_FRACTION && !left.isNegative()) {
      facts.add(clock(left) + " left");
    }
    if (progress.rows() > 0) {
      facts.add(String.format(Locale.ROOT, "%,d rows", progress.rows()));
      facts.add(compact(progress.rows() * 1e3 / elapsed.toMillis()) + " rows/s");
    }
    return facts;
  }

  private static String clock(Duration time) {
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }

  private static String compact(double number) {
    if (number >= 1e9) {
      return String.format(Locale.ROOT, "%.1fG", number / 1e9);
    }
    if (number >= 1e6) {
      return String.format(Locale.ROOT, "%.1fM", number / 1e6);
    }
    return number >= 1e3
        ? String.format(Locale.ROOT, "%.1fk", number / 1e3)
        : String.format(Locale.ROOT, "%.0f", number);
  }
}
