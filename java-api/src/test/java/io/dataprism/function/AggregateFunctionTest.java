package io.dataprism.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.column.Float64Column;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.ExecutionException;
import io.dataprism.schema.DataType.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AggregateFunctionTest {
  private final Engine engine = Engine.builder().threads(2).open();

  @AfterEach
  void close() {
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static final class Sum {
    double value;
    long count;
  }

  private static final class SumOfSquares implements Aggregate<Sum> {
    final AtomicLong combined = new AtomicLong();
    final AtomicLong whole = new AtomicLong();
    final AtomicLong each = new AtomicLong();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @Override
    public Sum create() {
      return new Sum();
    }

    @Override
    public void update(Sum state, Arguments in, long row) {
      double x = in.float64("x").get(row);
      state.value += x * x;
      state.count++;
    }

    @Override
    public void updateAll(Sum state, Arguments in) {
      threads.add(Thread.currentThread());
      whole.incrementAndGet();
      Float64Column x = in.float64("x");
      double sum = 0;
      for (long row = 0; row < in.rowCount(); row++) {
        sum += x.get(row) * x.get(row);
      }
      state.value += sum;
      state.count += in.rowCount();
    }

    @Override
    public void updateEach(List<Sum> states, Arguments in) {
      each.incrementAndGet();
      assertThat(states).hasSize(Math.toIntExact(in.rowCount()));
      Float64Column x = in.float64("x");
      for (int row = 0; row < states.size(); row++) {
        states.get(row).value += x.get(row) * x.get(row);
        states.get(row).count++;
      }
    }

    @Override
    public void combine(Sum target, Sum source) {
      combined.incrementAndGet();
      target.value += source.value;
      target.count += source.count;
    }

    @Override
    public Object finish(Sum state) {
      return state.count == 0 ? null : state.value;
    }
  }

  private FunctionRegistration register(Aggregate<?> aggregate) {
    return engine
        .functions()
        .aggregate("sum_sq")
        .parameter("x", Scalar.DOUBLE)
        .returns(Scalar.DOUBLE)
        .register(aggregate);
  }

  private Object value(String sql) {
    try (QueryResult result = engine.query(sql)) {
      return result.next().column(0).getObject(0);
    }
  }

  private List<Object> values(String sql) {
    List<Object> values = new ArrayList<>();
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          values.add(batch.column(0).getObject(row));
        }
      }
    }
    return values;
  }

  private void numbers(long rows) {
    engine.execute(
        "CREATE TABLE t AS SELECT i, (i % 10)::DOUBLE AS x, CASE WHEN i % 3 <> 0 THEN (i % 10)::DOUBLE END AS y,"
            + " (i * 7919 % 1000)::INTEGER AS g FROM range("
            + rows
            + ") r(i)");
  }

  @Test
  void itGivesWhatSqlDoes() {
    numbers(1_000_000);
    SumOfSquares aggregate = new SumOfSquares();
    try (FunctionRegistration f = register(aggregate)) {
      assertThat(value("SELECT sum_sq(x) FROM t")).isEqualTo(value("SELECT sum(x * x) FROM t"));
      assertThat(aggregate.whole.get()).isPositive();
      assertThat(aggregate.combined.get()).isPositive();
      assertThat(aggregate.threads).isNotEmpty();
      // It is bound before the argument is cast to DOUBLE.
      assertThat(value("SELECT sum_sq(v) FROM (VALUES (2), (3)) t(v)")).isEqualTo(13.0);
      assertThat(value("SELECT sum_sq(y) FROM t")).isEqualTo(value("SELECT sum(y * y) FROM t"));
      assertThat(value("SELECT sum_sq(x) FROM t WHERE i < 0")).isNull();
      assertThat(value("SELECT sum_sq(y) FILTER (i % 2 = 0) FROM t"))
          .isEqualTo(value("SELECT sum(y * y) FILTER (i % 2 = 0) FROM t"));
      assertThat(value("SELECT sum_sq(DISTINCT x) FROM t")).isEqualTo(285.0);
      assertThat(
              value(
                  "SELECT count(*) FROM (SELECT g, sum_sq(y) AS a, sum(y * y) AS b FROM t GROUP BY g) WHERE a IS"
                      + " DISTINCT FROM b"))
          .isEqualTo(0L);
      assertThat(values("SELECT sum_sq(x) FROM t GROUP BY ROLLUP (i % 2) ORDER BY 1"))
          .isEqualTo(values("SELECT sum(x * x) FROM t GROUP BY ROLLUP (i % 2) ORDER BY 1"));
      assertThat(f.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OVER ()",
        "OVER (PARTITION BY g)",
        "OVER (ORDER BY i)",
        "OVER (ORDER BY i ROWS BETWEEN 7 PRECEDING AND 3 FOLLOWING)",
        "OVER (PARTITION BY g % 3 ORDER BY i ROWS BETWEEN 100 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW)",
        "OVER (ORDER BY g RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING)"
      })
  void windowsAreRight(String over) {
    numbers(20_000);
    try (FunctionRegistration f = register(new SumOfSquares())) {
      String sql =
          "SELECT count(*) FROM (SELECT sum_sq(y) "
              + over
              + " AS a, sum(y * y) "
              + over
              + " AS b FROM t) WHERE a IS DISTINCT FROM b";
      assertThat(value(sql)).isEqualTo(0L);
      String distinct = sql.replace("sum_sq(y)", "sum_sq(DISTINCT y)").replace("sum(y * y)", "sum(DISTINCT y * y)");
      assertThat(value(distinct)).isEqualTo(0L);
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void aMillionGroupsAreKeptAndForgotten() {
    engine.execute("CREATE TABLE many AS SELECT i % 1_000_000 AS g, 2.0::DOUBLE AS x FROM range(2_000_000) t(i)");
    SumOfSquares aggregate = new SumOfSquares();
    try (FunctionRegistration f = register(aggregate)) {
      assertThat(value("SELECT count(*) FROM (SELECT g, sum_sq(x) AS s FROM many GROUP BY g) WHERE s = 8"))
          .isEqualTo(1_000_000L);
      assertThat(aggregate.each.get()).isPositive();
      assertThat(f.isOpen()).isTrue();
    }
  }

  @Test
  void statesHoldAnythingAndResultsAreOfAnyType() {
    Aggregate<Set<String>> words =
        new Aggregate<>() {
          @Override
          public Set<String> create() {
            return new TreeSet<>();
          }

          @Override
          public void update(Set<String> state, Arguments in, long row) {
            state.add(in.utf8(0).get(row) + in.int32(1).get(row));
          }

          @Override
          public void combine(Set<String> target, Set<String> source) {
            target.addAll(source);
          }

          @Override
          public Object finish(Set<String> state) {
            return List.copyOf(state);
          }
        };
    try (FunctionRegistration f =
        engine
            .functions()
            .aggregate("words")
            .parameter("w", Scalar.VARCHAR)
            .parameter("n", Scalar.INTEGER)
            .returns("VARCHAR[]")
            .register(words)) {
      assertThat(value("SELECT words('w' || i % 3, (i % 2)::INTEGER) FROM range(100_000) t(i)"))
          .isEqualTo(List.of("w00", "w01", "w10", "w11", "w20", "w21"));
      assertThat(
              value(
                  "SELECT count(*) FROM (SELECT words('a', 1) OVER (ORDER BY i) AS w FROM range(5000) t(i)) WHERE w <>"
                      + " ['a1']"))
          .isEqualTo(0L);
      assertThat(values("SELECT words('w', (i % 2)::INTEGER) FROM range(10) t(i) GROUP BY i % 2 ORDER BY i % 2"))
          .containsExactly(List.of("w0"), List.of("w1"));
      assertThat(f.isOpen()).isTrue();
    }
  }

  private static final class Boom extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Boom(String step) {
      super(step);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"create", "update", "combine", "finish"})
  void whatAnyStepThrowsIsTheCause(String step) {
    engine.execute("CREATE TABLE t AS SELECT i::DOUBLE AS x FROM range(1_000_000) r(i)");
    Aggregate<Sum> failing =
        new Aggregate<>() {
          private void fail(String here) {
            if (here.equals(step)) {
              throw new Boom(here);
            }
          }

          @Override
          public Sum create() {
            fail("create");
            return new Sum();
          }

          @Override
          public void update(Sum state, Arguments in, long row) {
            fail("update");
          }

          @Override
          public void combine(Sum target, Sum source) {
            fail("combine");
          }

          @Override
          public Object finish(Sum state) {
            fail("finish");
            return 1.0;
          }
        };
    try (FunctionRegistration f = register(failing)) {
      for (String sql :
          List.of("SELECT sum_sq(x) FROM t", "SELECT max(s) FROM (SELECT sum_sq(x) AS s FROM t GROUP BY x % 1000)")) {
        assertThatThrownBy(() -> value(sql))
            .isInstanceOf(ExecutionException.class)
            .satisfies(e -> assertThat(((DataPrismException) e).code()).isEqualTo(ErrorCode.FUNCTION_FAILED))
            .cause()
            .isInstanceOf(Boom.class)
            .hasMessage(step);
      }
      assertThat(f.isOpen()).isTrue();
      assertThat(value("SELECT 1")).isEqualTo(1);
    }
  }

  @Test
  void aNameKeepsItsTypes() {
    numbers(100);
    FunctionRegistration first = register(new SumOfSquares());
    assertThatThrownBy(() -> register(new SumOfSquares()))
        .isInstanceOf(CatalogException.class)
        .hasMessageContaining("registered already");
    first.close();
    assertThatThrownBy(() -> value("SELECT sum_sq(x) FROM t"))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("sum_sq(DOUBLE)");
    assertThatThrownBy(() ->
            engine
                .functions()
                .aggregate("sum_sq")
                .parameter("x", Scalar.VARCHAR)
                .returns(Scalar.DOUBLE)
                .register(new SumOfSquares()))
        .isInstanceOf(CatalogException.class)
        .hasMessageContaining("sum_sq(DOUBLE) -> DOUBLE");
    assertThatThrownBy(() -> engine.functions().scalar("sum_sq", Long.class, Long.class, x -> x))
        .isInstanceOf(CatalogException.class);
    for (int i = 0; i < 1000; i++) {
      try (FunctionRegistration again = register(new SumOfSquares())) {
        assertThat(value("SELECT sum_sq(x) FROM t")).isEqualTo(2850.0);
        assertThat(again.isOpen()).isTrue();
      }
    }
    assertThat(engine.liveHandles().functions()).isZero();
  }

  @Test
  void nullsCanBePassed() {
    Aggregate<long[]> nulls =
        new Aggregate<>() {
          @Override
          public long[] create() {
            return new long[1];
          }

          @Override
          public void update(long[] state, Arguments in, long row) {
            state[0] += in.column(0).isNull(row) ? 1 : 0;
          }

          @Override
          public void combine(long[] target, long[] source) {
            target[0] += source[0];
          }

          @Override
          public Object finish(long[] state) {
            return state[0];
          }
        };
    numbers(30_000);
    try (FunctionRegistration f =
        engine
            .functions()
            .aggregate("count_nulls")
            .parameter("x", Scalar.DOUBLE)
            .returns(Scalar.BIGINT)
            .nullsPassed()
            .register(nulls)) {
      assertThat(value("SELECT count_nulls(y) FROM t")).isEqualTo(10_000L);
      assertThat(f.isOpen()).isTrue();
    }
  }
}
