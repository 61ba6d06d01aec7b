package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.UnsupportedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// How columns are found, read in place and copied, and how mistakes are answered.
class ColumnAccessTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aColumnIsFoundByNameInAnyCaseAndByIndex() {
    withBatch(
        "SELECT 1 AS Delay, 2 AS other",
        batch -> {
          assertThat(batch.int32("Delay")).isSameAs(batch.int32("DELAY")).isSameAs(batch.int32(0));
          assertThat(batch.column("other")).isSameAs(batch.column(1));
          assertThat(batch.columnCount()).isEqualTo(2);
        });
  }

  @Test
  void theSameCaseWinsAmongNamesThatDifferInNothingElse() {
    withBatch("SELECT 1 AS a, 2 AS \"A\"", batch -> assertThat(batch.int32("A").get(0)).isEqualTo(2));
  }

  @Test
  void anUnknownNameIsAnsweredWithTheNearestOnes() {
    withBatch(
        "SELECT 1 AS arrival_delay, 2 AS departure_delay, 3 AS origin",
        batch -> {
          assertThatThrownBy(() -> batch.int32("arival_delay"))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("'arival_delay'")
              .hasMessageContaining("did you mean 'arrival_delay'");
          assertThatThrownBy(() -> batch.int32("price"))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("the columns are 'arrival_delay', 'departure_delay', 'origin'");
        });
  }

  @Test
  void aNameThatTwoColumnsHaveIsRefused() {
    withBatch(
        "SELECT * FROM (SELECT 1 AS n) AS a, (SELECT 2 AS n) AS b",
        batch -> {
          assertThatThrownBy(() -> batch.int32("n"))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("[0, 1]");
          assertThat(batch.int32(1).get(0)).isEqualTo(2);
        });
  }

  @Test
  void aWrongAccessorIsAnsweredWithTheOneThatFits() {
    withBatch(
        "SELECT 1::BIGINT AS n, [1] AS list",
        batch -> {
          assertThatThrownBy(() -> batch.float64("n"))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("'n'")
              .hasMessageContaining("BIGINT")
              .hasMessageContaining("int64(\"n\")");
          assertThatThrownBy(() -> batch.list("list").child().as(Utf8Column.class))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("INTEGER")
              .hasMessageContaining("as(Int32Column.class)");
          assertThatThrownBy(() -> batch.column(2)).isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> batch.column(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        });
  }

  @Test
  void fieldsOfAStructAreColumns() {
    withBatch(
        "SELECT {'x': range, 'y': {'z': range * 2.5::DOUBLE}} AS p FROM range(3)",
        batch -> {
          StructColumn point = batch.struct("p");
          assertThat(point.int64("X").get(2)).isEqualTo(2);
          assertThat(point.struct("y").float64("z").get(2)).isEqualTo(5.0);
          assertThatThrownBy(() -> point.column("w"))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("no field 'w'");
        });
  }

  @Test
  void listsAreReadThroughTheirElements() {
    withBatch(
        "SELECT if(r = 1, NULL, range(r)) AS list, [r, r * 10]::BIGINT[2] AS pair FROM range(4) AS t(r)",
        batch -> {
          ListColumn list = batch.list("list");
          Int64Column element = list.child().as(Int64Column.class);
          assertThat(list.length(0)).isZero();
          assertThat(list.isNull(1)).isTrue();
          assertThat(list.length(3)).isEqualTo(3);
          assertThat(element.get(list.end(3) - 1)).isEqualTo(2);
          assertThat(list.offsets().byteSize()).isEqualTo(5L * list.offsetWidth());

          ArrayColumn pair = batch.array("pair");
          assertThat(pair.length()).isEqualTo(2);
          assertThat(pair.child().as(Int64Column.class).get(pair.start(3) + 1)).isEqualTo(30);
        });
  }

  @Test
  void mapsAreReadThroughTheirKeysAndValues() {
    withBatch(
        "SELECT map(['a', 'b'], [1, NULL]) AS m FROM range(2)",
        batch -> {
          MapColumn map = batch.map("m");
          assertThat(map.length(1)).isEqualTo(2);
          assertThat(map.keys().as(Utf8Column.class).get(map.start(1))).isEqualTo("a");
          assertThat(map.values().isNull(map.end(1) - 1)).isTrue();
        });
  }

  @Test
  void copiesHaveTheValuesOfTheRows() {
    withBatch(
        "SELECT range AS n, range * 0.5::DOUBLE AS d, (range % 2 = 0) AS b, DATE '2000-01-01' + range::INTEGER AS day"
            + " FROM range(5000)",
        batch -> {
          long[] all = batch.int64("n").toArray();
          assertThat(all).hasSize(5000);
          assertThat(all[4999]).isEqualTo(4999);

          double[] some = new double[10];
          batch.float64("d").copyTo(4990, some, 2, 8);
          assertThat(some).containsExactly(0, 0, 2495, 2495.5, 2496, 2496.5, 2497, 2497.5, 2498, 2498.5);

          assertThat(batch.bool("b").toArray()).startsWith(new byte[] {1, 0, 1});
          assertThat(batch.date("day").toArray()[1]).isEqualTo(10_958);

          Float64Column column = batch.float64("d");
          assertThatThrownBy(() -> column.copyTo(4991, some, 0, 10)).isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> column.copyTo(-1, some, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> column.copyTo(0, some, 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        });
  }

  @Test
  void textsAreReadInAnyOrder() {
    // Some texts are longer than what is copied at once, some rows are NULL, and the order jumps back and forth.
    String sql =
        "SELECT if(r % 7 = 3, NULL, repeat(chr((97 + r % 26)::INTEGER), (r * r % 4001)::INTEGER) || 'ü' || r) AS s"
            + " FROM range(3000) AS t(r)";
    withBatch(
        sql,
        batch -> {
          Utf8Column column = batch.utf8("s");
          String[] expected = new String[3000];
          for (int row = 0; row < 3000; row++) {
            if (row % 7 != 3) {
              String repeated = String.valueOf((char) ('a' + row % 26)).repeat((int) ((long) row * row % 4001));
              expected[row] = repeated + "ü" + row;
            }
          }
          for (int i = 0; i < 3000; i++) {
            int row = (int) ((i * 1009L) % 3000);
            assertThat(column.get(row)).isEqualTo(expected[row]);
          }
          for (int row = 2999; row >= 0; row--) {
            assertThat(column.get(row)).isEqualTo(expected[row]);
          }
          assertThat(column.toArray()).containsExactly(expected);
          MemorySegment utf8 = column.getUtf8(4);
          assertThat(utf8.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected[4].getBytes(StandardCharsets.UTF_8));
          assertThat(column.getUtf8(3)).isNull();
          assertThat(column.byteLength(4)).isEqualTo(utf8.byteSize());
        });
  }

  @Test
  void theSizeOfABatchIsTheSizeOfItsBuffers() {
    withBatch(
        "SELECT range::INTEGER AS i, 'abcd' AS s FROM range(16)",
        batch -> {
          // Bitmaps of 2 bytes, 16 numbers of 4 bytes; 17 offsets of 8 bytes, 16 texts of 4 bytes.
          assertThat(batch.column("i").byteSize()).isEqualTo(2 + 64);
          assertThat(batch.column("s").byteSize()).isEqualTo(2 + 136 + 64);
          assertThat(batch.byteSize()).isEqualTo(66 + 202);
        });
  }

  @Test
  void offsetsOf32BitsAreReadToo() {
    // The setting holds for the whole database.
    try (Engine narrow = Engine.open()) {
      narrow.execute("SET arrow_large_buffer_size = false");
      String sql = "SELECT 'text ' || range AS s, ('blob ' || range)::BLOB AS b, [range, range] AS l FROM range(3000)";
      try (QueryResult result = narrow.query(sql)) {
        RecordBatch batch = result.next();

        assertThat(batch.utf8("s").offsetWidth()).isEqualTo(4);
        assertThat(batch.utf8("s").get(2999)).isEqualTo("text 2999");
        assertThat(batch.binary("b").get(2999)).isEqualTo("blob 2999".getBytes(StandardCharsets.UTF_8));
        assertThat(batch.list("l").get(2999)).asString().isEqualTo("[2999, 2999]");
      }
    }
  }

  @Test
  void decimalsOf32And64BitsAreReadToo() {
    try (Engine newer = Engine.open()) {
      newer.execute("SET arrow_output_version = '1.5'");
      String sql =
          "SELECT -1.5::DECIMAL(4,1) AS a, -123.456::DECIMAL(9,3) AS b, -123456789.123456::DECIMAL(18,6) AS c,"
              + " -1::DECIMAL(38,10) AS d FROM range(3)";
      try (QueryResult result = newer.query(sql)) {
        RecordBatch batch = result.next();

        assertThat(List.of(4, 4, 8, 16))
            .isEqualTo(IntStream.range(0, 4).mapToObj(i -> batch.decimal(i).byteWidth()).toList());
        assertThat(batch.decimal("a").get(2)).isEqualTo(new BigDecimal("-1.5"));
        assertThat(batch.decimal("b").get(2)).isEqualTo(new BigDecimal("-123.456"));
        assertThat(batch.decimal("c").get(2)).isEqualTo(new BigDecimal("-123456789.123456"));
        assertThat(batch.decimal("c").low(2)).isEqualTo(-123_456_789_123_456L);
        assertThat(batch.decimal("c").high(2)).isEqualTo(-1);
        assertThat(batch.decimal("d").get(2)).isEqualTo(new BigDecimal("-1.0000000000"));
      }
    }
  }

  @Test
  void aFormatThatIsNotReadIsNamed() {
    try (Engine lossy = Engine.open()) {
      lossy.execute("SET arrow_lossless_conversion = false");

      assertThatThrownBy(() -> lossy.query("SELECT true AS flag"))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("'flag'")
          .hasMessageContaining("arrow_lossless_conversion");
    }
  }

  private static void withBatch(String sql, Consumer<RecordBatch> check) {
    try (QueryResult result = engine.query(sql)) {
      check.accept(result.next());
    }
  }
}
