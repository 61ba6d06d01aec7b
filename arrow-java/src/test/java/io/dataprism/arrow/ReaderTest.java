package io.dataprism.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.Session;
import io.dataprism.error.BinderException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.export.ExportFormat;
import io.dataprism.export.ExportTarget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.PeriodDuration;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Results as arrow-java reads them.
class ReaderTest {
  /// Gives the rows of a query to arrow-java.
  private enum Way {
    STREAM,
    IPC_FILE,
    IPC_STREAM
  }

  /// A type of DuckDB, what it is for arrow-java, and two values of it.
  record Case(String type, String arrowType, String first, Object firstValue, String second, Object secondValue) {
    @Override
    public String toString() {
      return type;
    }
  }

  @TempDir private Path folder;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  static Stream<Case> types() {
    return Stream.of(
        new Case("BOOLEAN", "Int(8, true)", "true", (byte) 1, "false", (byte) 0),
        new Case("TINYINT", "Int(8, true)", "-128", (byte) -128, "127", (byte) 127),
        new Case("SMALLINT", "Int(16, true)", "-32768", (short) -32768, "1", (short) 1),
        new Case("INTEGER", "Int(32, true)", "-2147483648", Integer.MIN_VALUE, "1", 1),
        new Case("BIGINT", "Int(64, true)", "-9223372036854775808", Long.MIN_VALUE, "1", 1L),
        new Case("UTINYINT", "Int(8, false)", "255", (byte) -1, "0", (byte) 0),
        new Case("USMALLINT", "Int(16, false)", "65535", Character.MAX_VALUE, "0", (char) 0),
        new Case("UINTEGER", "Int(32, false)", "4294967295", -1, "0", 0),
        new Case("UBIGINT", "Int(64, false)", "18446744073709551615", -1L, "0", 0L),
        new Case("HUGEINT", "FixedSizeBinary(16)", "-1", hex("ff".repeat(16)), "1", hex("01" + "00".repeat(15))),
        new Case("UHUGEINT", "FixedSizeBinary(16)", "256", hex("0001" + "00".repeat(14)), "0", hex("00".repeat(16))),
        new Case("FLOAT", "FloatingPoint(SINGLE)", "1.5", 1.5f, "'nan'", Float.NaN),
        new Case("DOUBLE", "FloatingPoint(DOUBLE)", "-0.1", -0.1, "'inf'", Double.POSITIVE_INFINITY),
        new Case("DECIMAL(4,1)", "Decimal(4, 1, 128)", "-99.9", new BigDecimal("-99.9"), "0", new BigDecimal("0.0")),
        new Case("DECIMAL(9,2)", "Decimal(9, 2, 128)", "12.34", new BigDecimal("12.34"), "0", new BigDecimal("0.00")),
        new Case(
            "DECIMAL(18,3)", "Decimal(18, 3, 128)", "1.5", new BigDecimal("1.500"), "-1", new BigDecimal("-1.000")),
        new Case(
            "DECIMAL(38,0)",
            "Decimal(38, 0, 128)",
            "99999999999999999999999999999999999999",
            new BigDecimal("9".repeat(38)),
            "-1",
            new BigDecimal("-1")),
        new Case("VARCHAR", "LargeUtf8", "'ünïcode 🦆'", "ünïcode 🦆", "''", ""),
        new Case("BLOB", "LargeBinary", "'\\x00\\xFF'", hex("00ff"), "''", new byte[0]),
        new Case("BIT", "LargeBinary", "'101'", hex("05fd"), "'1'", hex("07ff")),
        new Case(
            "UUID",
            "FixedSizeBinary(16)",
            "'00112233-4455-6677-8899-aabbccddeeff'",
            hex("00112233445566778899aabbccddeeff"),
            "'00000000-0000-0000-0000-000000000000'",
            hex("00".repeat(16))),
        new Case("DATE", "Date(DAY)", "'1970-01-02'", 1, "'1969-12-31'", -1),
        new Case("TIME", "Time(MICROSECOND, 64)", "'00:00:01.000002'", 1_000_002L, "'00:00:00'", 0L),
        new Case(
            "TIMESTAMP_S",
            "Timestamp(SECOND, null)",
            "'2026-01-02 03:04:05'",
            LocalDateTime.parse("2026-01-02T03:04:05"),
            "'1969-12-31 23:59:59'",
            LocalDateTime.parse("1969-12-31T23:59:59")),
        new Case(
            "TIMESTAMP_MS",
            "Timestamp(MILLISECOND, null)",
            "'2026-01-02 03:04:05.006'",
            LocalDateTime.parse("2026-01-02T03:04:05.006"),
            "'1970-01-01'",
            LocalDateTime.parse("1970-01-01T00:00:00")),
        new Case(
            "TIMESTAMP",
            "Timestamp(MICROSECOND, null)",
            "'2026-01-02 03:04:05.000006'",
            LocalDateTime.parse("2026-01-02T03:04:05.000006"),
            "'1970-01-01'",
            LocalDateTime.parse("1970-01-01T00:00:00")),
        new Case(
            "TIMESTAMP_NS",
            "Timestamp(NANOSECOND, null)",
            "'2026-01-02 03:04:05.000000007'",
            LocalDateTime.parse("2026-01-02T03:04:05.000000007"),
            "'1970-01-01'",
            LocalDateTime.parse("1970-01-01T00:00:00")),
        new Case(
            "TIMESTAMPTZ",
            "Timestamp(MICROSECOND, Etc/UTC)",
            "'1970-01-01 00:00:00.000001+00'",
            1L,
            "'1970-01-01 00:00:00+00'",
            0L),
        new Case(
            "INTERVAL",
            "Interval(MONTH_DAY_NANO)",
            "'14 months 3 days 4 microseconds'",
            new PeriodDuration(Period.of(0, 14, 3), Duration.ofNanos(4000)),
            "'0 days'",
            new PeriodDuration(Period.ZERO, Duration.ZERO)),
        new Case("INTEGER[]", "LargeList", "[1, NULL]", Arrays.asList(1, null), "[]", List.of()),
        new Case("INTEGER[2]", "FixedSizeList(2)", "[1, NULL]", Arrays.asList(1, null), "[3, 4]", List.of(3, 4)),
        new Case(
            "STRUCT(a INTEGER, b VARCHAR[])",
            "Struct",
            "{'a': 1, 'b': ['x', NULL]}",
            Map.of("a", 1, "b", Arrays.asList("x", null)),
            "{'a': NULL, 'b': []}",
            Map.of("b", List.of())),
        new Case(
            "MAP(VARCHAR, INTEGER)",
            "Map(false)",
            "MAP {'k': 1}",
            List.of(Map.of("key", "k", "value", 1)),
            "MAP {}",
            List.of()),
        new Case(
            "UNION(n INTEGER, t VARCHAR)",
            "Union(Sparse, [0, 1])",
            "union_value(t := 'x')",
            "x",
            "union_value(n := 5)",
            5),
        new Case("ENUM('low', 'high')", "Utf8", "'high'", "high", "'low'", "low"),
        new Case("ENUM('low', 'high')[]", "LargeList", "['high']", List.of((byte) 1), "[]", List.of()));
  }

  private void read(Engine engine, String sql, Way way, BufferAllocator allocator, RowConsumer consumer)
      throws IOException {
    switch (way) {
      case STREAM -> {
        try (ArrowReader reader = ArrowJava.reader(engine.sql(sql), allocator)) {
          consumer.accept(reader);
        }
      }
      case IPC_FILE -> {
        Path file = folder.resolve("rows.arrow");
        engine.sql(sql).export(ExportFormat.arrowFile(), ExportTarget.replacing(file));
        try (FileChannel channel = FileChannel.open(file);
            ArrowReader reader = new ArrowFileReader(channel, allocator)) {
          consumer.accept(reader);
        }
      }
      case IPC_STREAM -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        engine.sql(sql).export(ExportFormat.arrowStream(), ExportTarget.stream(bytes));
        try (ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes.toByteArray()), allocator)) {
          consumer.accept(reader);
        }
      }
    }
  }

  private interface RowConsumer {
    void accept(ArrowReader reader) throws IOException;
  }

  private static Object comparable(Object value) {
    return switch (value) {
      case null -> null;
      case Text text -> text.toString();
      case List<?> list -> list.stream().map(ReaderTest::comparable).collect(Collectors.toCollection(ArrayList::new));
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, each) -> copy.put(comparable(key), comparable(each)));
        yield copy;
      }
      default -> value;
    };
  }

  /// The values of a column, decoded where it has a dictionary.
  private static List<Object> values(ArrowReader reader, FieldVector vector) throws IOException {
    List<Object> values = new ArrayList<>();
    if (vector.getField().getDictionary() == null) {
      for (int row = 0; row < vector.getValueCount(); row++) {
        values.add(comparable(vector.getObject(row)));
      }
      return values;
    }
    Dictionary dictionary = reader.getDictionaryVectors().get(vector.getField().getDictionary().getId());
    try (FieldVector decoded = (FieldVector) DictionaryEncoder.decode(vector, dictionary)) {
      for (int row = 0; row < decoded.getValueCount(); row++) {
        values.add(comparable(decoded.getObject(row)));
      }
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("types")
  void arrowJavaReadsEveryType(Case each) throws IOException {
    String sql =
        "SELECT CAST(CASE range %% 3 WHEN 0 THEN %s WHEN 1 THEN NULL ELSE %s END AS %s) AS c FROM range(40_000)"
            .formatted(cast(each.first(), each), cast(each.second(), each), each.type());
    for (Way way : Way.values()) {
      try (Engine engine = Engine.open();
          BufferAllocator allocator = new RootAllocator()) {
        read(
            engine,
            sql,
            way,
            allocator,
            reader -> {
              VectorSchemaRoot root = reader.getVectorSchemaRoot();
              long row = 0;
              int batches = 0;
              while (reader.loadNextBatch() && root.getRowCount() > 0) {
                batches++;
                for (Object value : values(reader, root.getVector("c"))) {
                  Object expected =
                      switch ((int) (row % 3)) {
                        case 0 -> each.firstValue();
                        case 1 -> null;
                        default -> each.secondValue();
                      };
                  assertThat(value).as("row %d by %s", row, way).isEqualTo(expected);
                  row++;
                }
              }
              assertThat(row).isEqualTo(40_000);
              assertThat(batches).isGreaterThan(2);
            });
      }
    }
  }

  private static String cast(String value, Case each) {
    return "CAST(" + value + " AS " + each.type() + ")";
  }

  @ParameterizedTest
  @MethodSource("types")
  void theTypeIsTheSameByEveryWay(Case each) throws IOException {
    String sql = "SELECT %s AS c".formatted(cast(each.first(), each));
    List<Field> fields = new ArrayList<>();
    for (Way way : Way.values()) {
      try (Engine engine = Engine.open();
          BufferAllocator allocator = new RootAllocator()) {
        read(
            engine,
            sql,
            way,
            allocator,
            reader -> {
              Field field = reader.getVectorSchemaRoot().getSchema().getFields().getFirst();
              boolean isEncoded = field.getDictionary() != null;
              String type =
                  isEncoded
                      ? reader.getDictionaryVectors().get(field.getDictionary().getId()).getVectorType().toString()
                      : field.getType().toString();
              assertThat(type).isEqualTo(each.arrowType());
              fields.add(field);
            });
      }
    }
    assertThat(fields).allSatisfy(field -> assertThat(field.getMetadata()).isEqualTo(fields.getFirst().getMetadata()));
  }

  @Test
  void typesThatArrowDoesNotHaveCarryTheirNames() throws IOException {
    try (Engine engine = Engine.open();
        BufferAllocator allocator = new RootAllocator();
        ArrowReader reader =
            ArrowJava.reader(engine.sql("SELECT true AS o, 1::HUGEINT AS h, '1'::BIT AS b, uuid() AS u"), allocator)) {
      for (Field field : reader.getVectorSchemaRoot().getSchema().getFields()) {
        assertThat(field.getMetadata()).containsKey("ARROW:extension:name");
      }
    }
  }

  @Test
  void vectorsThatWereTransferredOutliveReaderAndEngine() throws IOException {
    try (BufferAllocator allocator = new RootAllocator()) {
      BigIntVector kept;
      try (Engine engine = Engine.open();
          ArrowReader reader = ArrowJava.reader(engine.sql("SELECT range AS n FROM range(30_000)"), allocator)) {
        assertThat(reader.loadNextBatch()).isTrue();
        TransferPair transfer = reader.getVectorSchemaRoot().getVector(0).getTransferPair(allocator);
        transfer.transfer();
        kept = (BigIntVector) transfer.getTo();
        assertThat(reader.loadNextBatch()).isTrue();
        assertThat(engine.liveHandles().batches()).isEqualTo(2);
      }
      try (kept) {
        assertThat(kept.get(kept.getValueCount() - 1)).isEqualTo(kept.getValueCount() - 1L);
        assertThat(LiveHandles.ofProcess().batches()).isEqualTo(1);
      }
      assertThat(LiveHandles.ofProcess().total()).isZero();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void closingTheReaderEarlyStopsTheQuery() throws IOException {
    try (Engine engine = Engine.open();
        Session session = engine.session();
        BufferAllocator allocator = new RootAllocator()) {
      try (ArrowReader reader =
          ArrowJava.reader(session.sql("SELECT range AS n FROM range(1_000_000_000)"), allocator)) {
        assertThat(reader.loadNextBatch()).isTrue();
        assertThat(reader.bytesRead()).isPositive();
      }
      assertThat(session.execute("CREATE TABLE free AS SELECT 1")).isEqualTo(1);
      assertThat(engine.liveHandles().batches()).isZero();
    }
  }

  @Test
  void failuresAreTheLibrarysOwnExceptions() throws IOException {
    try (BufferAllocator allocator = new RootAllocator()) {
      ArrowReader left;
      try (Engine engine = Engine.open()) {
        assertThatThrownBy(() -> ArrowJava.reader(engine.sql("SELECT nothing"), allocator))
            .isInstanceOf(BinderException.class);
        String failing = "SELECT CAST(CASE WHEN range = 50_000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(60_000)";
        try (ArrowReader reader = ArrowJava.reader(engine.sql(failing), allocator)) {
          assertThatThrownBy(
                  () -> {
                    while (reader.loadNextBatch()) {
                      assertThat(reader.getVectorSchemaRoot().getRowCount()).isPositive();
                    }
                  })
              .isInstanceOf(ConversionException.class)
              .hasMessageContaining("Could not convert string 'x'");
        }
        String slow = "SELECT count(*) FROM range(1_000_000_000_000) t(i) WHERE i % 3 = 1";
        try (ArrowReader reader = ArrowJava.reader(engine.sql(slow).timeLimit(Duration.ofMillis(200)), allocator)) {
          assertThatThrownBy(reader::loadNextBatch).isInstanceOf(TimeLimitException.class);
        }
        left = ArrowJava.reader(engine.sql("SELECT range FROM range(100_000)"), allocator);
        assertThat(left.loadNextBatch()).isTrue();
      }
      assertThatThrownBy(left::loadNextBatch).isInstanceOf(ClosedException.class);
      left.close();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void noRowsAndNoColumnsOfValuesAreRead() throws IOException {
    try (Engine engine = Engine.open();
        BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = ArrowJava.reader(engine.sql("SELECT 'x' AS t WHERE false"), allocator)) {
      assertThat(reader.getVectorSchemaRoot().getSchema().findField("t")).isNotNull();
      assertThat(reader.loadNextBatch()).isFalse();
      assertThat(reader.getVectorSchemaRoot().getRowCount()).isZero();
    }
  }

  @Test
  void parametersAndTextWorkTogether() throws IOException {
    try (Engine engine = Engine.open();
        BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = ArrowJava.reader(engine.sql("SELECT $who AS t").with(Map.of("who", "Ada")), allocator)) {
      assertThat(reader.loadNextBatch()).isTrue();
      assertThat(reader.getVectorSchemaRoot().getVector("t").getObject(0)).hasToString("Ada");
    }
  }
}
