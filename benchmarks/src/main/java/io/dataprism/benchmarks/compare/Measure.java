package io.dataprism.benchmarks.compare;

import java.io.IOException;
import java.util.List;

/// Something that takes time, done by this library and by its peers.
///
/// @param unit what times are given in
record Measure(String name, String unit, Start ours, List<Peer> peers) {
  /// Another way to do the same.
  ///
  /// @param goal how many times better this library is meant to be
  record Peer(String name, double goal, Start start) {}

  /// Starts a side.
  @FunctionalInterface
  interface Start {
    Contender with(Launcher launcher) throws IOException;
  }
}
