package io.dataprism.benchmarks.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.data.TpchDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetcherTest {
  private static final double SCALE = 0.01;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aPeerComputesTheSame(@TempDir Path directory) throws IOException, SQLException {
    Path database = TpchDatabase.ensure(directory, SCALE);
    Results ours = results(Fetchers.DATAPRISM, database);
    // One after the other: two libraries must not have one file open in one process at once.
    Results theirs = results(Fetchers.JDBC_RESULT_SET, database);

    assertThat(ours.numbers.rows()).isEqualTo(60_175);
    assertThat(theirs.numbers.agreesWith(ours.numbers)).isTrue();
    assertThat(theirs.bytes.agreesWith(ours.bytes)).isTrue();
    assertThat(theirs.strings.agreesWith(ours.strings)).isTrue();
    assertThat(theirs.nested.agreesWith(ours.nested)).isTrue();
  }

  @Test
  void sumsAgreeUpToRounding() {
    Sums sums = new Sums(3, 10, 1e6);

    assertThat(sums.agreesWith(new Sums(3, 10, Math.nextUp(1e6)))).isTrue();
    assertThat(sums.agreesWith(new Sums(3, 10, 1e6 + 1))).isFalse();
    assertThat(sums.agreesWith(new Sums(3, 11, 1e6))).isFalse();
    assertThat(sums.agreesWith(new Sums(4, 10, 1e6))).isFalse();
  }

  private record Results(Sums numbers, Sums bytes, Sums strings, Sums nested) {}

  private static Results results(String side, Path database) throws IOException, SQLException {
    try (Fetcher fetcher = Fetchers.open(side, database)) {
      return new Results(
          fetcher.numbers(Queries.NUMBERS),
          fetcher.bytes(Queries.TEXTS),
          fetcher.strings(Queries.TEXTS),
          fetcher.nested(Queries.NESTED));
    }
  }
}
