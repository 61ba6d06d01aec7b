package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that takes time, done by this library and by its peers.
///
/// @param unit what values are given in
/// @param better whether less of the unit is better, or more
/// @param answers what every side has to compute, part by part, or null where it is what this library computes
/// @param patience how many times the effort of an ordinary measure it takes to tell its sides apart
record Measure(
    String name, String unit, Better better, Start ours, List<Peer> peers, @Nullable List<Sums> answers, int patience) {
  /// Which of two values is the better one.
  enum Better {
    /// Such as times.
    LESS,
    /// Such as rates.
    MORE
  }

  /// Another way to do the same.
  ///
  /// @param goal how many times better this library is meant to be
  /// @param part what it has to compute where it does a part of the work, and its values are scaled to all of it; else
  ///   null
  record Peer(String name, double goal, Start start, @Nullable List<Sums> part) {
    Peer(String name, double goal, Start start) {
      this(name, goal, start, null);
    }
  }

  /// Starts a side.
  @FunctionalInterface
  interface Start {
    Contender with(Launcher launcher) throws IOException;
  }

  /// A measure of time.
  Measure(String name, String unit, Start ours, List<Peer> peers) {
    this(name, unit, Better.LESS, ours, peers, null, 1);
  }

  /// How many times better a value of ours is than one of a peer; 1 is level.
  double ratio(double ours, double theirs) {
    return better == Better.LESS ? theirs / ours : ours / theirs;
  }
}
