package io.dataprism.benchmarks.function;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.fetch.Sums;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FunctionQueryTest {
  private static final long ROWS = 10_000;

  interface Side {
    FunctionQuery open() throws Exception;
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  static Stream<Side> sides() {
    return Stream.of(() -> new DataPrismFunctionQuery(ROWS, 2), () -> new JdbcFunctionQuery(ROWS, 2));
  }

  @ParameterizedTest
  @MethodSource("sides")
  void aFunctionOfEachRowComputesWhatSqlDoes(Side side) throws Exception {
    try (FunctionQuery query = side.open()) {
      double expected = 0;
      for (long i = 0; i < ROWS; i++) {
        expected += i % 1000 / 4.0 * (i % 7) + i % 13 / 2.0;
      }
      assertThat(query.run(FunctionQueries.SCALAR)).isEqualTo(new Sums(ROWS, 0, expected));
      assertThat(query.run(FunctionQueries.SCALAR_IN_SQL)).isEqualTo(new Sums(ROWS, 0, expected));
    }
  }

  @Test
  void anAggregateComputesWhatSqlDoes() {
    double expected = 0;
    for (long i = 0; i < ROWS; i++) {
      expected += i % 1000 / 4.0 * (i % 7);
    }
    try (DataPrismFunctionQuery query = new DataPrismFunctionQuery(ROWS, 2)) {
      assertThat(
              Stream.of(
                      FunctionQueries.AGGREGATE,
                      FunctionQueries.AGGREGATE_IN_SQL,
                      FunctionQueries.GROUPED,
                      FunctionQueries.GROUPED_IN_SQL)
                  .map(query::run))
          .containsOnly(new Sums(ROWS, 0, expected));
    }
  }

  @ParameterizedTest
  @MethodSource("sides")
  void aTableFunctionGivesWhatSqlDoes(Side side) throws Exception {
    Sums expected = new Sums(ROWS, 0, 1.5 * (ROWS - 1) * ROWS / 2);
    try (FunctionQuery query = side.open()) {
      assertThat(query.run(FunctionQueries.table(ROWS))).isEqualTo(expected);
      assertThat(query.run(FunctionQueries.tableInSql(ROWS))).isEqualTo(expected);
    }
  }
}
