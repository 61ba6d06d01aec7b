package io.dataprism.benchmarks.tpch;

import io.dataprism.benchmarks.fetch.Sums;
import java.util.List;

/// What [TpchQueries] give at scale factor 1, folded by [Answer].
///
/// The answers behind these numbers were compared, value by value, with those that TPC publishes with its
/// specification, and are the same, but for what depends on the random texts of the generator: it makes others than
/// TPC's own. They are addresses and comments in queries 2, 10, 15 and 20, and which comments match the pattern of
/// query 13.
public final class TpchAnswers {
  /// One for each query, in their order.
  public static final List<Sums> ALL =
      List.of(
          new Sums(4, 2109453964046074288L, 1.3093477791807557E7),
          new Sums(100, 1858971868334715695L, 0.0),
          new Sums(10, 6503891703760L, 0.0),
          new Sums(5, 3036468910807976114L, 0.0),
          new Sums(5, 2309602487899734L, 0.0),
          new Sums(1, 39405145033056L, 0.0),
          new Sums(4, 194582620746151L, 0.0),
          new Sums(2, 189588L, 3.791457746205549),
          new Sums(175, 8775027320390321264L, 0.0),
          new Sums(20, 82721534482713569L, 0.0),
          new Sums(1048, 14411177718876895L, 0.0),
          new Sums(2, 237283108L, 0.0),
          new Sums(42, 37776792L, 0.0),
          new Sums(1, 0L, 524.1849160446574),
          new Sums(1, 2278694171006539127L, 0.0),
          new Sums(18314, 5382746984120643948L, 0.0),
          new Sums(1, 0L, 1.1148993737142857E7),
          new Sums(57, -4393924406999140308L, 0.0),
          new Sums(1, 986829778496L, 0.0),
          new Sums(186, -6654138831554730817L, 0.0),
          new Sums(100, -4032770590996895725L, 0.0),
          new Sums(7, 611021169580L, 0.0));

  private TpchAnswers() {}
}
