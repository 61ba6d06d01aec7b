package io.dataprism.benchmarks.point;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.data.TpchTables;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointQueryTest {
  /// With 100 suppliers.
  private static final double SCALE = 0.01;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void bothSidesFindTheSameRows(@TempDir Path directory) throws IOException, SQLException {
    Path database = TpchTables.ensure(directory, SCALE);
    List<Long> ours;
    try (PointQuery query = new DataPrismPointQuery(database)) {
      ours = runAll(query);
    }
    List<Long> theirs;
    try (PointQuery query = new JdbcPointQuery(database)) {
      theirs = runAll(query);
    }

    assertThat(theirs).isEqualTo(ours);
    // A name has 18 letters, and the numbers of nations are 0 to 24.
    assertThat(ours).allMatch(sum -> sum >= 18 && sum <= 42).contains(18L, 42L);
  }

  private static List<Long> runAll(PointQuery query) throws SQLException {
    List<Long> sums = new ArrayList<>();
    for (long key = 1; key <= 100; key++) {
      sums.add(query.run(key));
    }
    return sums;
  }
}
