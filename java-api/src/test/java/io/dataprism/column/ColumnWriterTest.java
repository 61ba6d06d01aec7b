package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.error.InvalidInputException;
import io.dataprism.registration.GeneratedPart;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import io.dataprism.schema.TimeUnit;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The setters of writers, one by one: what they write is what DuckDB reads, and what they refuse.
class ColumnWriterTest {
  private final Engine engine = Engine.open();

  @AfterEach
  void nothingStaysOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// What SQL reads of rows that a writer has written.
  private <W extends ColumnWriter> List<Object> read(DataType type, int rows, Class<W> kind, Consumer<W> fill) {
    Schema schema = new Schema(List.of(new Field("v", type, true)));
    Table table =
        Table.generated(
            schema,
            1,
            (_, _) -> {
              boolean[] done = {false};
              GeneratedPart part =
                  target -> {
                    if (done[0]) {
                      return 0;
                    }
                    done[0] = true;
                    fill.accept(kind.cast(target.column(0)));
                    return rows;
                  };
              return part;
            });
    try (Registration _ = engine.register("written", table);
        QueryResult result = engine.query("FROM written")) {
      List<Object> values = new ArrayList<>();
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          values.add(batch.column(0).getObject(row));
        }
      }
      return values;
    }
  }

  /// Lets a writer do something wrong, after which it still writes a value.
  private <W extends ColumnWriter> void wrong(DataType type, Class<W> kind, Consumer<W> fill) {
    assertThat(read(type, 1, kind, fill)).hasSize(1);
  }

  @Test
  void arraysAreCopiedFromAndToAnyPlace() {
    assertThat(read(Scalar.TINYINT, 4, Int8Writer.class, w -> w.set(1, new byte[] {9, 1, -2, 9}, 1, 2)))
        .containsExactly(null, (byte) 1, (byte) -2, null);
    assertThat(read(Scalar.SMALLINT, 3, Int16Writer.class, w -> w.set(1, new short[] {9, 1, -2}, 1, 2)))
        .containsExactly(null, (short) 1, (short) -2);
    assertThat(read(Scalar.INTEGER, 3, Int32Writer.class, w -> w.set(1, new int[] {9, 1, -2}, 1, 2)))
        .containsExactly(null, 1, -2);
    assertThat(read(Scalar.BIGINT, 3, Int64Writer.class, w -> w.set(1, new long[] {9, 1, -2}, 1, 2)))
        .containsExactly(null, 1L, -2L);
    assertThat(read(Scalar.UTINYINT, 2, UInt8Writer.class, w -> w.set(0, new byte[] {1, -1}, 0, 2)))
        .containsExactly(1, 255);
    assertThat(read(Scalar.USMALLINT, 2, UInt16Writer.class, w -> w.set(0, new short[] {1, -1}, 0, 2)))
        .containsExactly(1, 65_535);
    assertThat(read(Scalar.UINTEGER, 2, UInt32Writer.class, w -> w.set(0, new int[] {1, -1}, 0, 2)))
        .containsExactly(1L, 4_294_967_295L);
    assertThat(read(Scalar.UBIGINT, 2, UInt64Writer.class, w -> w.set(0, new long[] {1, -1}, 0, 2)))
        .containsExactly(BigInteger.ONE, BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
    assertThat(read(Scalar.FLOAT, 2, Float32Writer.class, w -> w.set(0, new float[] {1.5f, -2}, 0, 2)))
        .containsExactly(1.5f, -2f);
    assertThat(read(Scalar.DOUBLE, 2, Float64Writer.class, w -> w.set(0, new double[] {1.5, -2}, 0, 2)))
        .containsExactly(1.5, -2.0);
    assertThat(read(Scalar.BOOLEAN, 3, BooleanWriter.class, w -> w.set(1, new boolean[] {true, false}, 0, 2)))
        .containsExactly(null, true, false);
    assertThat(read(Scalar.DATE, 2, DateWriter.class, w -> w.set(0, new int[] {0, -1}, 0, 2)))
        .containsExactly(LocalDate.EPOCH, LocalDate.EPOCH.minusDays(1));
    assertThat(read(new DataType.Time(TimeUnit.MICROSECOND), 1, TimeWriter.class, w -> w.set(0, new long[] {1}, 0, 1)))
        .containsExactly(LocalTime.ofNanoOfDay(1_000));
    assertThat(
            read(
                new DataType.Timestamp(TimeUnit.MILLISECOND),
                1,
                TimestampWriter.class,
                w -> w.set(0, new long[] {1}, 0, 1)))
        .containsExactly(LocalDateTime.of(1970, 1, 1, 0, 0, 0, 1_000_000));
    assertThat(
            read(
                new DataType.TimestampTz(TimeUnit.MICROSECOND, "UTC"),
                1,
                TimestampTzWriter.class,
                w -> w.set(0, new long[] {1}, 0, 1)))
        .containsExactly(Instant.EPOCH.plusNanos(1_000));
    assertThat(read(Scalar.VARCHAR, 3, Utf8Writer.class, w -> w.set(0, new String[] {"x", "a", null, "c"}, 1, 3)))
        .containsExactly("a", null, "c");
  }

  @Test
  void rowsOfOneWidthMayBeWrittenAgainAndInAnyOrder() {
    assertThat(
            read(
                Scalar.BIGINT,
                4,
                Int64Writer.class,
                w -> {
                  w.set(3, 3);
                  w.set(0, 100);
                  w.set(1, 1);
                  w.setNull(1);
                  w.set(0, 0);
                  w.set(2, 2);
                }))
        .containsExactly(0L, null, 2L, 3L);
  }

  @Test
  void memoryIsCopiedWithItsValidity() {
    MemorySegment numbers = MemorySegment.ofArray(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    assertThat(
            read(
                Scalar.BIGINT,
                70,
                Int64Writer.class,
                w -> {
                  w.set(0, numbers);
                  // Across the border of two words.
                  w.set(60, numbers, MemorySegment.ofArray(new byte[] {(byte) 0b1010_1101, 0b01}));
                }))
        .startsWith(1L, 2L, 3L)
        .endsWith(null, 1L, null, 3L, 4L, null, 6L, null, 8L, 9L, null);
    wrong(
        Scalar.BIGINT,
        Int64Writer.class,
        w -> {
          assertThatIllegalArgumentException().isThrownBy(() -> w.set(0, MemorySegment.ofArray(new byte[9])));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> w.set(0, numbers, MemorySegment.ofArray(new byte[] {1})))
              .withMessageContaining("1 bytes of validity for 10 rows");
          assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> w.set(-1, numbers));
          assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> w.set(0, new long[2], 1, 2));
        });
  }

  @Test
  void textsAreCopiedAsAWhole() {
    MemorySegment utf8 = MemorySegment.ofArray("aücd".getBytes(StandardCharsets.UTF_8));
    MemorySegment offsets = MemorySegment.ofArray(new int[] {0, 1, 3, 3, 5});
    assertThat(
            read(
                Scalar.VARCHAR,
                8,
                Utf8Writer.class,
                w -> {
                  w.set(0, "first");
                  w.setUtf8(2, offsets, utf8, MemorySegment.NULL);
                  w.setUtf8(6, "ü".getBytes(StandardCharsets.UTF_8));
                }))
        .containsExactly("first", null, "a", "ü", "", "cd", "ü", null);
    wrong(
        Scalar.VARCHAR,
        Utf8Writer.class,
        w -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> w.setUtf8(0, MemorySegment.ofArray(new byte[3]), utf8, MemorySegment.NULL));
          assertThatExceptionOfType(InvalidInputException.class)
              .isThrownBy(() -> w.setUtf8(0, MemorySegment.ofArray(new int[] {2, 4}), utf8, MemorySegment.NULL))
              .withMessageContaining("not UTF-8");
          assertThatExceptionOfType(InvalidInputException.class)
              .isThrownBy(() -> w.setUtf8(0, new byte[] {(byte) 0x80}));
        });
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    wrong(
        Scalar.UTINYINT,
        UInt8Writer.class,
        w -> {
          refuses(() -> w.set(0, 256));
          refuses(() -> w.set(0, -1));
        });
    wrong(Scalar.UINTEGER, UInt32Writer.class, w -> refuses(() -> w.set(0, -1)));
    wrong(
        Scalar.UHUGEINT,
        Int128Writer.class,
        w -> {
          refuses(() -> w.set(0, BigInteger.ONE.shiftLeft(128)));
          refuses(() -> w.set(0, BigInteger.ONE.negate()));
        });
    DataType decimal = new DataType.Decimal(5, 2);
    wrong(
        decimal,
        DecimalWriter.class,
        w -> {
          refuses(() -> w.set(0, new BigDecimal("1234")));
          refuses(() -> w.set(0, new BigDecimal("1.234")));
          refuses(() -> w.setUnscaled(0, 123_456));
          refuses(() -> w.set(0, new BigDecimal("1E+999999999")));
        });
    assertThat(read(decimal, 2, DecimalWriter.class, w -> w.setUnscaled(1, -12_345)))
        .containsExactly(null, new BigDecimal("-123.45"));
    assertThat(read(Scalar.HUGEINT, 1, Int128Writer.class, w -> w.set(0, 1, 2)))
        .containsExactly(BigInteger.ONE.shiftLeft(64).add(BigInteger.TWO));
    wrong(Scalar.BIT, BitWriter.class, w -> refuses(() -> w.set(0, "012")));
    wrong(Scalar.INTEGER, Int32Writer.class, w -> refuses(() -> w.setObject(0, 1L << 40)));
    wrong(Scalar.INTEGER, Int32Writer.class, w -> refuses(() -> w.setObject(0, "1")));
  }

  private static void refuses(Runnable setting) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(setting::run)
        .withMessageContaining("row 0 of column 'v'");
  }

  @Test
  void valuesOfAnyLengthAreWrittenInGrowingOrder() {
    wrong(
        Scalar.VARCHAR,
        Utf8Writer.class,
        w -> {
          w.set(0, "a");
          assertThatIllegalStateException().isThrownBy(() -> w.set(0, "b")).withMessageContaining("growing order");
          assertThatIllegalStateException().isThrownBy(() -> w.setNull(0));
          assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> w.set(-1, "b"));
        });
    DataType list = new DataType.ListOf(new Field("element", Scalar.INTEGER, true));
    assertThat(
            read(
                list,
                4,
                ListWriter.class,
                w -> {
                  Int32Writer elements = (Int32Writer) w.elements();
                  elements.set(w.begin(0, 3), new int[] {1, 2}, 0, 2);
                  w.begin(1, 0);
                  w.setNull(2);
                  long start = w.begin(3, 1);
                  assertThatIllegalStateException().isThrownBy(() -> w.begin(3, 1));
                  elements.set(start, 7);
                }))
        .containsExactly(Arrays.asList(1, 2, null), List.of(), null, List.of(7));
    wrong(
        list,
        ListWriter.class,
        w -> {
          Int32Writer elements = (Int32Writer) w.elements();
          elements.set(w.begin(0, 2), new int[2], 0, 2);
          assertThatIllegalArgumentException().isThrownBy(() -> w.begin(1, -1));
        });
  }

  @Test
  void moreElementsThanThereIsRoomForAreNoted() {
    DataType list = new DataType.ListOf(new Field("element", Scalar.INTEGER, true));
    assertThatExceptionOfType(Exception.class)
        .isThrownBy(() ->
            read(
                list,
                1,
                ListWriter.class,
                w -> ((Int32Writer) w.elements()).set(w.begin(0, 1), new int[] {1, 2}, 0, 2)))
        .satisfies(e -> assertThat(e.getCause()).hasMessageContaining("2 elements were written"));
  }

  @Test
  void nestedValuesAreWrittenByTheirParts() {
    DataType array = new DataType.ArrayOf(new Field("element", Scalar.INTEGER, true), 2);
    assertThat(
            read(
                array,
                3,
                ArrayWriter.class,
                w -> {
                  ((Int32Writer) w.elements()).set(w.begin(0), new int[] {1, 2}, 0, 2);
                  w.setNull(1);
                  ((Int32Writer) w.elements()).set(w.begin(2) + 1, 4);
                }))
        .containsExactly(List.of(1, 2), null, Arrays.asList(null, 4));
    DataType map =
        new DataType.MapOf(new Field("key", Scalar.VARCHAR, false), new Field("value", Scalar.INTEGER, true));
    assertThat(
            read(
                map,
                2,
                MapWriter.class,
                w -> {
                  long start = w.begin(0, 2);
                  ((Utf8Writer) w.keys()).set(start, "a");
                  ((Utf8Writer) w.keys()).set(start + 1, "b");
                  ((Int32Writer) w.values()).set(start + 1, 2);
                }))
        .hasSize(2)
        .satisfies(maps -> {
          Map<String, Object> first = new HashMap<>();
          first.put("a", null);
          first.put("b", 2);
          assertThat(maps.getFirst()).isEqualTo(first);
          assertThat(maps.get(1)).isNull();
        });
    DataType struct =
        new DataType.Struct(List.of(new Field("n", Scalar.INTEGER, true), new Field("s", Scalar.VARCHAR, true)));
    assertThat(
            read(
                struct,
                3,
                StructWriter.class,
                w -> {
                  w.begin(0);
                  ((Int32Writer) w.field("N")).set(0, 1);
                  w.begin(2);
                  ((Utf8Writer) w.field(1)).set(2, "x");
                }))
        .hasSize(3)
        .satisfies(values -> assertThat(String.valueOf(values.getFirst())).isEqualTo("{n=1, s=null}"))
        .satisfies(values -> assertThat(values.get(1)).isNull())
        .satisfies(values -> assertThat(String.valueOf(values.get(2))).isEqualTo("{n=null, s=x}"));
  }

  @Test
  void aUnionKnowsItsMember() {
    DataType union =
        new DataType.Union(List.of(new Field("n", Scalar.BIGINT, true), new Field("s", Scalar.VARCHAR, true)));
    Schema schema = new Schema(List.of(new Field("v", union, true)));
    Table table =
        Table.generated(
            schema,
            1,
            (_, _) -> {
              boolean[] done = {false};
              return rows -> {
                if (done[0]) {
                  return 0;
                }
                done[0] = true;
                UnionWriter writer = (UnionWriter) rows.column("v");
                ((Utf8Writer) writer.begin(0, "s")).set(0, "5");
                ((Int64Writer) writer.begin(1, 0)).set(1, 5);
                writer.begin(2, "n").setNull(2);
                writer.setObject(3, 7L);
                writer.setObject(4, "seven");
                assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> writer.begin(5, "z"));
                return 5;
              };
            });
    try (Registration _ = engine.register("written", table);
        QueryResult result = engine.query("SELECT union_tag(v)::VARCHAR || '=' || v::VARCHAR FROM written")) {
      List<Object> values = new ArrayList<>();
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          values.add(batch.column(0).getObject(row));
        }
      }
      assertThat(values).containsExactly("s=5", "n=5", null, "n=7", "s=seven");
    }
  }

  @Test
  void aWriterEndsWithItsBatch() {
    List<Int64Writer> kept = new ArrayList<>();
    assertThat(
            read(
                Scalar.BIGINT,
                1,
                Int64Writer.class,
                w -> {
                  kept.add(w);
                  w.set(0, 1);
                }))
        .containsExactly(1L);
    // The thread that wrote the batch was one of DuckDB's, mostly.
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(() -> kept.getFirst().set(0, 2))
        .isInstanceOfAny(IllegalStateException.class, WrongThreadException.class);
  }
}
