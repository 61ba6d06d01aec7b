package io.dataprism.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.column.Float64Column;
import io.dataprism.function.FunctionRegistration;
import io.dataprism.schema.DataType.Scalar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What DuckDB computes with lies where the caller has put it: a function in SQL sees the addresses.
class InPlaceTest {
  private static final long ROWS = 1_000_000;

  @Test
  void everyRowIsReadAtItsAddress() {
    AtomicLong inPlace = new AtomicLong();
    AtomicLong elsewhere = new AtomicLong();
    try (Arena arena = Arena.ofShared();
        Engine engine = Engine.builder().threads(2).open()) {
      MemorySegment values = arena.allocate(ValueLayout.JAVA_DOUBLE, ROWS);
      for (long i = 0; i < ROWS; i++) {
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, (double) i);
      }
      long begin = values.address();
      try (Registration table = engine.register("numbers", Table.of("x", Scalar.DOUBLE, values));
          FunctionRegistration _ =
              engine
                  .functions()
                  .scalar("look")
                  .parameter("x", Scalar.DOUBLE)
                  .returns(Scalar.DOUBLE)
                  .vectorized((in, out) -> {
                    Float64Column x = in.float64(0);
                    // Each value tells its own place.
                    long expected = begin + ((long) x.get(0)) * Double.BYTES;
                    boolean there = x.values().address() == expected;
                    (there ? inPlace : elsewhere).addAndGet(in.rowCount());
                    for (long row = 0; row < in.rowCount(); row++) {
                      out.setDouble(row, x.get(row));
                    }
                  });
          QueryResult result = engine.query("SELECT sum(look(x)) FROM numbers")) {
        assertThat(result.iterator().next().float64(0).get(0)).isEqualTo(ROWS * (ROWS - 1) / 2.0);
        assertThat(table.copiedBytes()).isZero();
      }
    }
    assertThat(elsewhere).hasValue(0);
    assertThat(inPlace).hasValue(ROWS);
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }
}
