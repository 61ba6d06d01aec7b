package io.dataprism.benchmarks.tpch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// The 22 queries of TPC-H with the specification's validation parameters, those of scale factor 1.
public final class TpchQueries {
  private static final int COUNT = 22;

  private TpchQueries() {}

  /// All of them in their order, each on one line.
  public static List<String> all() {
    return IntStream.rangeClosed(1, COUNT).mapToObj(TpchQueries::read).toList();
  }

  private static String read(int number) {
    String name = String.format(Locale.ROOT, "q%02d.sql", number);
    try (InputStream text = TpchQueries.class.getResourceAsStream(name)) {
      if (text == null) {
        throw new IllegalStateException("the class path lacks the resource " + name);
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
