package io.dataprism.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.error.CatalogException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.registration.Registration;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ViewVarBinaryVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Vectors of arrow-java as tables.
class RegisterTest {
  private static final ArrowType INT = new ArrowType.Int(32, true);

  /// A type, how three rows of it are made of which the second is null, and what SQL reads.
  record Case(Field field, Consumer<FieldVector> filler, String type, String first, String third) {
    @Override
    public String toString() {
      return field.toString();
    }
  }

  /// The row that SQL reads.
  record Row(String type, String text) {}

  record Count(long n) {}

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static <V extends FieldVector> Case of(
      ArrowType type, Class<V> vector, Consumer<V> filler, String sqlType, String first, String third) {
    return of(Field.nullable("c", type), vector, filler, sqlType, first, third);
  }

  private static <V extends FieldVector> Case of(
      Field field, Class<V> vector, Consumer<V> filler, String sqlType, String first, String third) {
    return new Case(field, each -> filler.accept(vector.cast(each)), sqlType, first, third);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Field nested(ArrowType type, Field... children) {
    return new Field("c", FieldType.nullable(type), List.of(children));
  }

  private static Field element() {
    return Field.nullable("element", INT);
  }

  private static void fill(FieldVector elements, int... values) {
    IntVector ints = (IntVector) elements;
    for (int i = 0; i < values.length; i++) {
      ints.setSafe(i, values[i]);
    }
    ints.setValueCount(values.length);
  }

  static Stream<Case> types() {
    List<Case> cases = new ArrayList<>(scalars());
    for (TimeUnit unit : TimeUnit.values()) {
      cases.add(
          of(
              new ArrowType.Duration(unit),
              DurationVector.class,
              v -> {
                v.set(0, 2_000_000_000L / scale(unit));
                v.set(2, -3_000_000_000L / scale(unit));
              },
              "INTERVAL",
              "00:00:02",
              "-00:00:03"));
      for (String zone : Arrays.asList(null, "UTC")) {
        cases.add(
            of(
                new ArrowType.Timestamp(unit, zone),
                TimeStampVector.class,
                v -> {
                  v.set(0, 86_400_000_000_000L / scale(unit));
                  v.set(2, -1_000_000_000L / scale(unit));
                },
                zone == null
                    ? timestamp(unit)
                    : unit == TimeUnit.NANOSECOND ? "TIMESTAMPTZ_NS" : "TIMESTAMP WITH TIME ZONE",
                "1970-01-02 00:00:00" + (zone == null ? "" : "+00"),
                "1969-12-31 23:59:59" + (zone == null ? "" : "+00")));
      }
    }
    cases.addAll(nestedTypes());
    return cases.stream();
  }

  private static long scale(TimeUnit unit) {
    return switch (unit) {
      case SECOND -> 1_000_000_000;
      case MILLISECOND -> 1_000_000;
      case MICROSECOND -> 1_000;
      case NANOSECOND -> 1;
    };
  }

  private static String timestamp(TimeUnit unit) {
    return switch (unit) {
      case SECOND -> "TIMESTAMP_S";
      case MILLISECOND -> "TIMESTAMP_MS";
      case MICROSECOND -> "TIMESTAMP";
      case NANOSECOND -> "TIMESTAMP_NS";
    };
  }

  private static List<Case> scalars() {
    return List.of(
        of(
            new ArrowType.Bool(),
            BitVector.class,
            v -> {
              v.set(0, 1);
              v.set(2, 0);
            },
            "BOOLEAN",
            "true",
            "false"),
        of(
            new ArrowType.Int(8, true),
            TinyIntVector.class,
            v -> {
              v.set(0, -128);
              v.set(2, 127);
            },
            "TINYINT",
            "-128",
            "127"),
        of(
            new ArrowType.Int(16, true),
            SmallIntVector.class,
            v -> {
              v.set(0, -32768);
              v.set(2, 1);
            },
            "SMALLINT",
            "-32768",
            "1"),
        of(
            INT,
            IntVector.class,
            v -> {
              v.set(0, Integer.MIN_VALUE);
              v.set(2, 1);
            },
            "INTEGER",
            "-2147483648",
            "1"),
        of(
            new ArrowType.Int(64, true),
            BigIntVector.class,
            v -> {
              v.set(0, Long.MIN_VALUE);
              v.set(2, 1);
            },
            "BIGINT",
            "-9223372036854775808",
            "1"),
        of(
            new ArrowType.Int(8, false),
            UInt1Vector.class,
            v -> {
              v.set(0, 255);
              v.set(2, 0);
            },
            "UTINYINT",
            "255",
            "0"),
        of(
            new ArrowType.Int(16, false),
            UInt2Vector.class,
            v -> {
              v.set(0, 65535);
              v.set(2, 0);
            },
            "USMALLINT",
            "65535",
            "0"),
        of(
            new ArrowType.Int(32, false),
            UInt4Vector.class,
            v -> {
              v.set(0, -1);
              v.set(2, 0);
            },
            "UINTEGER",
            "4294967295",
            "0"),
        of(
            new ArrowType.Int(64, false),
            UInt8Vector.class,
            v -> {
              v.set(0, -1L);
              v.set(2, 0L);
            },
            "UBIGINT",
            "18446744073709551615",
            "0"),
        of(
            new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
            Float4Vector.class,
            v -> {
              v.set(0, 1.5f);
              v.set(2, -0.25f);
            },
            "FLOAT",
            "1.5",
            "-0.25"),
        of(
            new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
            Float8Vector.class,
            v -> {
              v.set(0, 0.1);
              v.set(2, Double.NaN);
            },
            "DOUBLE",
            "0.1",
            "nan"),
        of(
            new ArrowType.Decimal(10, 2, 128),
            DecimalVector.class,
            v -> {
              v.set(0, new BigDecimal("-12.34"));
              v.set(2, new BigDecimal("0.01"));
            },
            "DECIMAL(10,2)",
            "-12.34",
            "0.01"),
        of(
            new ArrowType.Decimal(38, 0, 128),
            DecimalVector.class,
            v -> {
              v.set(0, new BigDecimal("9".repeat(38)));
              v.set(2, new BigDecimal("-1"));
            },
            "DECIMAL(38,0)",
            "9".repeat(38),
            "-1"),
        of(
            new ArrowType.Utf8(),
            VarCharVector.class,
            v -> {
              v.setSafe(0, bytes("ünï 🦆"));
              v.setSafe(2, bytes(""));
            },
            "VARCHAR",
            "ünï 🦆",
            ""),
        of(
            new ArrowType.LargeUtf8(),
            LargeVarCharVector.class,
            v -> {
              v.setSafe(0, bytes("a longer text than fits"));
              v.setSafe(2, bytes("b"));
            },
            "VARCHAR",
            "a longer text than fits",
            "b"),
        of(
            new ArrowType.Utf8View(),
            ViewVarCharVector.class,
            v -> {
              v.setSafe(0, bytes("a longer text than fits"));
              v.setSafe(1, bytes(""));
              v.setNull(1);
              v.setSafe(2, bytes("short"));
            },
            "VARCHAR",
            "a longer text than fits",
            "short"),
        of(
            new ArrowType.Binary(),
            VarBinaryVector.class,
            v -> {
              v.setSafe(0, new byte[] {0, -1});
              v.setSafe(2, new byte[0]);
            },
            "BLOB",
            "\\x00\\xFF",
            ""),
        of(
            new ArrowType.LargeBinary(),
            LargeVarBinaryVector.class,
            v -> {
              v.setSafe(0, new byte[] {0, -1});
              v.setSafe(2, bytes("b"));
            },
            "BLOB",
            "\\x00\\xFF",
            "b"),
        of(
            new ArrowType.BinaryView(),
            ViewVarBinaryVector.class,
            v -> {
              v.setSafe(0, bytes("a longer one than fits"));
              v.setSafe(1, bytes(""));
              v.setNull(1);
              v.setSafe(2, bytes("b"));
            },
            "BLOB",
            "a longer one than fits",
            "b"),
        of(
            new ArrowType.FixedSizeBinary(3),
            FixedSizeBinaryVector.class,
            v -> {
              v.set(0, bytes("abc"));
              v.set(2, bytes("xyz"));
            },
            "BLOB",
            "abc",
            "xyz"),
        of(
            new ArrowType.Date(DateUnit.DAY),
            DateDayVector.class,
            v -> {
              v.set(0, 1);
              v.set(2, -1);
            },
            "DATE",
            "1970-01-02",
            "1969-12-31"),
        of(
            new ArrowType.Date(DateUnit.MILLISECOND),
            DateMilliVector.class,
            v -> {
              v.set(0, 86_400_000L);
              v.set(2, 0L);
            },
            "DATE",
            "1970-01-02",
            "1970-01-01"),
        of(
            new ArrowType.Time(TimeUnit.SECOND, 32),
            TimeSecVector.class,
            v -> {
              v.set(0, 1);
              v.set(2, 3661);
            },
            "TIME",
            "00:00:01",
            "01:01:01"),
        of(
            new ArrowType.Time(TimeUnit.MILLISECOND, 32),
            TimeMilliVector.class,
            v -> {
              v.set(0, 1);
              v.set(2, 1000);
            },
            "TIME",
            "00:00:00.001",
            "00:00:01"),
        of(
            new ArrowType.Time(TimeUnit.MICROSECOND, 64),
            TimeMicroVector.class,
            v -> {
              v.set(0, 1L);
              v.set(2, 1_000_000L);
            },
            "TIME",
            "00:00:00.000001",
            "00:00:01"),
        of(
            new ArrowType.Time(TimeUnit.NANOSECOND, 64),
            TimeNanoVector.class,
            v -> {
              v.set(0, 1000L);
              v.set(2, 1_000_000_000L);
            },
            "TIME_NS",
            "00:00:00.000001",
            "00:00:01"),
        of(
            new ArrowType.Interval(IntervalUnit.YEAR_MONTH),
            IntervalYearVector.class,
            v -> {
              v.set(0, 14);
              v.set(2, -1);
            },
            "INTERVAL",
            "1 year 2 months",
            "-1 month"),
        of(
            new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO),
            IntervalMonthDayNanoVector.class,
            v -> {
              v.set(0, 1, 2, 3000);
              v.set(2, 0, 0, 0);
            },
            "INTERVAL",
            "1 month 2 days 00:00:00.000003",
            "00:00:00"));
  }

  private static List<Case> nestedTypes() {
    return List.of(
        of(
            nested(new ArrowType.List(), element()),
            ListVector.class,
            v -> {
              v.startNewValue(0);
              v.endValue(0, 2);
              v.setNull(1);
              v.startNewValue(2);
              v.endValue(2, 1);
              fill(v.getDataVector(), 1, 2, 3);
            },
            "INTEGER[]",
            "[1, 2]",
            "[3]"),
        of(
            nested(new ArrowType.LargeList(), element()),
            LargeListVector.class,
            v -> {
              v.startNewValue(0);
              v.endValue(0, 2);
              v.setNull(1);
              v.startNewValue(2);
              v.endValue(2, 0);
              fill(v.getDataVector(), 1, 2);
            },
            "INTEGER[]",
            "[1, 2]",
            "[]"),
        of(
            nested(new ArrowType.FixedSizeList(2), element()),
            FixedSizeListVector.class,
            v -> {
              v.setNotNull(0);
              v.setNotNull(2);
              fill(v.getDataVector(), 1, 2, 0, 0, 5, 6);
            },
            "INTEGER[2]",
            "[1, 2]",
            "[5, 6]"),
        of(
            nested(new ArrowType.ListView(), element()),
            ListViewVector.class,
            v -> {
              v.startNewValue(0);
              v.endValue(0, 2);
              v.startNewValue(2);
              v.endValue(2, 1);
              fill(v.getDataVector(), 1, 2, 3);
            },
            "INTEGER[]",
            "[1, 2]",
            "[3]"),
        of(
            nested(new ArrowType.LargeListView(), element()),
            LargeListViewVector.class,
            v -> {
              v.startNewValue(0);
              v.endValue(0, 2);
              v.startNewValue(2);
              v.endValue(2, 1);
              fill(v.getDataVector(), 1, 2, 3);
            },
            "INTEGER[]",
            "[1, 2]",
            "[3]"),
        of(
            nested(new ArrowType.Struct(), Field.nullable("a", INT), Field.nullable("b", new ArrowType.Utf8())),
            StructVector.class,
            v -> {
              v.setIndexDefined(0);
              v.setIndexDefined(2);
              IntVector a = v.getChild("a", IntVector.class);
              VarCharVector b = v.getChild("b", VarCharVector.class);
              a.setSafe(0, 1);
              b.setSafe(0, bytes("x"));
              b.setSafe(2, bytes("z"));
            },
            "STRUCT(a INTEGER, b VARCHAR)",
            "{'a': 1, 'b': x}",
            "{'a': NULL, 'b': z}"),
        of(
            nested(
                new ArrowType.Map(false),
                new Field(
                    "entries",
                    FieldType.notNullable(new ArrowType.Struct()),
                    List.of(new Field("key", FieldType.notNullable(INT), null), Field.nullable("value", INT)))),
            MapVector.class,
            v -> {
              v.startNewValue(0);
              v.endValue(0, 1);
              v.setNull(1);
              v.startNewValue(2);
              v.endValue(2, 0);
              StructVector entries = (StructVector) v.getDataVector();
              entries.setIndexDefined(0);
              entries.getChild("key", IntVector.class).setSafe(0, 7);
              entries.getChild("value", IntVector.class).setSafe(0, 8);
              entries.setValueCount(1);
            },
            "MAP(INTEGER, INTEGER)",
            "{7=8}",
            "{}"));
  }

  private static VectorSchemaRoot root(Case each, BufferAllocator allocator) {
    FieldVector vector = each.field().createVector(allocator);
    vector.setInitialCapacity(3);
    vector.allocateNew();
    each.filler().accept(vector);
    vector.setValueCount(3);
    return new VectorSchemaRoot(List.of(each.field()), List.of(vector), 3);
  }

  private static List<Row> rows(Engine engine) {
    return engine.query("SELECT typeof(c) AS type, c::VARCHAR AS text FROM t").as(Row.class);
  }

  private static List<Row> expected(Case each) {
    return List.of(new Row(each.type(), each.first()), new Row(each.type(), null), new Row(each.type(), each.third()));
  }

  private static Engine engine() {
    Engine engine = Engine.builder().threads(2).open();
    engine.execute("SET GLOBAL TimeZone = 'UTC'");
    return engine;
  }

  @ParameterizedTest
  @MethodSource("types")
  void sqlReadsEveryType(Case each) {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator()) {
      Registration registered;
      try (VectorSchemaRoot root = root(each, allocator)) {
        registered = ArrowJava.register(engine, "t", root, null, allocator);
      }
      assertThat(allocator.getAllocatedMemory()).as("the registration keeps it").isPositive();
      assertThat(rows(engine)).isEqualTo(expected(each));
      registered.close();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  /// Types whose slices are read. arrow-java leaves anything in the views of null rows when it splits a vector, and
  /// views are refused that lead nowhere.
  static Stream<Case> slicedTypes() {
    return types()
        .filter(each ->
            !(each.field().getType() instanceof ArrowType.Utf8View
                || each.field().getType() instanceof ArrowType.BinaryView));
  }

  @ParameterizedTest
  @MethodSource("slicedTypes")
  void sqlReadsSlicesOfEveryType(Case each) {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = root(each, allocator)) {
      for (int from = 0; from < 3; from++) {
        for (int length = 0; length <= 3 - from; length++) {
          TransferPair slice = root.getVector(0).getTransferPair(allocator);
          slice.splitAndTransfer(from, length);
          FieldVector part = (FieldVector) slice.getTo();
          try (VectorSchemaRoot sliced = new VectorSchemaRoot(List.of(each.field()), List.of(part), length);
              Registration registered = ArrowJava.register(engine, "t", sliced, null, allocator)) {
            assertThat(registered.copiedBytes()).isZero();
            assertThat(rows(engine)).isEqualTo(expected(each).subList(from, from + length));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void sqlReadsBatchesAndReadersOfEveryType(Case each) throws IOException {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = root(each, allocator)) {
      List<Row> twice = new ArrayList<>(expected(each));
      twice.addAll(expected(each));
      List<ArrowRecordBatch> batches =
          IntStream.range(0, 2).mapToObj(i -> new VectorUnloader(root).getRecordBatch()).toList();
      try (Registration registered = ArrowJava.register(engine, "t", root.getSchema(), batches, allocator)) {
        batches.forEach(ArrowRecordBatch::close);
        assertThat(registered.name()).isEqualTo("t");
        assertThat(rows(engine)).isEqualTo(twice);
      }
      try (Registration registered = ArrowJava.register(engine, "t", new Repeated(root, 2, allocator), allocator)) {
        assertThat(rows(engine)).isEqualTo(twice);
        assertThat(registered.isClosed()).isFalse();
      }
    }
  }

  /// A reader that gives a root some times.
  private static final class Repeated extends ArrowReader {
    private final VectorSchemaRoot rows;
    private int left;
    private boolean isClosed;

    Repeated(VectorSchemaRoot rows, int times, BufferAllocator allocator) {
      super(allocator);
      this.rows = rows;
      this.left = times;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
      prepareLoadNextBatch();
      if (left < 0) {
        throw new IOException("the reader is broken");
      }
      if (left-- == 0) {
        left = 0;
        return false;
      }
      try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
        loadRecordBatch(batch);
      }
      return true;
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {
      isClosed = true;
    }

    @Override
    protected Schema readSchema() {
      return rows.getSchema();
    }
  }

  private static Case ints() {
    return types().filter(each -> each.field().getType().equals(INT)).findFirst().orElseThrow();
  }

  @Test
  void aReaderIsClosedWhenItHasBeenReadAndItsFailureIsTheQuerys() {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = root(ints(), allocator)) {
      Repeated reader = new Repeated(root, 1, allocator);
      try (Registration registered = ArrowJava.register(engine, "t", reader, allocator)) {
        assertThat(rows(engine)).hasSize(3);
        assertThat(registered.isClosed()).isFalse();
      }
      assertThat(reader.isClosed).isTrue();
      Repeated broken = new Repeated(root, -1, allocator);
      try (Registration registered = ArrowJava.register(engine, "t", broken, allocator)) {
        assertThatThrownBy(() -> rows(engine))
            .isInstanceOf(DataPrismException.class)
            .hasMessageContaining("the reader is broken");
        assertThat(registered.isClosed()).isFalse();
      }
      assertThat(broken.isClosed).isTrue();
    }
  }

  @Test
  void whatCannotBeRegisteredIsGivenBack() {
    Engine closed = engine();
    closed.close();
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator()) {
      engine.execute("CREATE TABLE taken AS SELECT 1 AS n");
      try (VectorSchemaRoot root = root(ints(), allocator)) {
        long before = allocator.getAllocatedMemory();
        assertThatThrownBy(() -> ArrowJava.register(engine, "taken", root, null, allocator))
            .isInstanceOf(CatalogException.class);
        Repeated reader = new Repeated(root, 1, allocator);
        assertThatThrownBy(() -> ArrowJava.register(closed, "t", reader, allocator))
            .isInstanceOf(DataPrismException.class);
        assertThat(reader.isClosed).isTrue();
        assertThat(allocator.getAllocatedMemory()).isEqualTo(before);
      }
    }
  }

  @Test
  void typesThatDuckDbDoesNotKnowAreRefused() {
    List<Case> unknown =
        List.of(
            of(
                new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
                Float2Vector.class,
                v -> v.setWithPossibleTruncate(0, 1.5f),
                "",
                "",
                ""),
            of(
                new ArrowType.Decimal(60, 2, 256),
                Decimal256Vector.class,
                v -> v.set(0, new BigDecimal("1.00")),
                "",
                "",
                ""),
            of(
                nested(new ArrowType.Union(UnionMode.Dense, new int[] {0}), Field.nullable("n", INT)),
                FieldVector.class,
                v -> {},
                "",
                "",
                ""));
    for (Case each : unknown) {
      try (Engine engine = engine();
          BufferAllocator allocator = new RootAllocator();
          VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(each.field())), allocator)) {
        long before = allocator.getAllocatedMemory();
        assertThatThrownBy(() -> ArrowJava.register(engine, "t", root, null, allocator))
            .as(each.toString())
            .isInstanceOf(UnsupportedException.class);
        assertThat(allocator.getAllocatedMemory()).isEqualTo(before);
      }
    }
  }

  @Test
  void dictionariesOfSeveralTypesAreRead() {
    for (ArrowType.Int index :
        List.of(new ArrowType.Int(8, true), new ArrowType.Int(16, false), INT_TYPE, new ArrowType.Int(64, true))) {
      try (Engine engine = engine();
          BufferAllocator allocator = new RootAllocator()) {
        DictionaryEncoding texts = new DictionaryEncoding(1, false, index);
        DictionaryEncoding numbers = new DictionaryEncoding(2, false, index);
        try (VarCharVector words = new VarCharVector("words", allocator);
            BigIntVector values = new BigIntVector("values", allocator);
            VarCharVector text = new VarCharVector("c", allocator);
            BigIntVector number = new BigIntVector("n", allocator)) {
          words.allocateNew();
          words.setSafe(0, bytes("low"));
          words.setSafe(1, bytes("high"));
          words.setValueCount(2);
          values.allocateNew();
          values.setSafe(0, 100);
          values.setSafe(1, 200);
          values.setValueCount(2);
          text.allocateNew();
          text.setSafe(0, bytes("high"));
          text.setNull(1);
          text.setSafe(2, bytes("low"));
          text.setValueCount(3);
          number.allocateNew();
          number.setSafe(0, 200);
          number.setSafe(1, 100);
          number.setSafe(2, 100);
          number.setValueCount(3);
          Dictionary first = new Dictionary(words, texts);
          Dictionary second = new Dictionary(values, numbers);
          DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(first, second);
          try (FieldVector encodedText = (FieldVector) DictionaryEncoder.encode(text, first);
              FieldVector encodedNumber = (FieldVector) DictionaryEncoder.encode(number, second);
              Registration registered =
                  ArrowJava.register(
                      engine, "t", VectorSchemaRoot.of(encodedText, encodedNumber), provider, allocator)) {
            assertThat(registered.name()).isEqualTo("t");
            assertThat(rows(engine))
                .containsExactly(new Row("VARCHAR", "high"), new Row("VARCHAR", null), new Row("VARCHAR", "low"));
            assertThat(engine.query("SELECT sum(n)::BIGINT AS n FROM t").as(Count.class))
                .containsExactly(new Count(400));
          }
        }
      }
    }
  }

  private static final ArrowType.Int INT_TYPE = new ArrowType.Int(32, true);

  @Test
  void runEndsAreRead() {
    Field field =
        new Field(
            "c",
            FieldType.nullable(ArrowType.RunEndEncoded.INSTANCE),
            List.of(new Field("run_ends", FieldType.notNullable(INT), null), Field.nullable("values", INT)));
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator()) {
      RunEndEncodedVector vector = new RunEndEncodedVector(field, allocator, null);
      vector.setInitialCapacity(3);
      vector.allocateNew();
      fill(vector.getRunEndsVector(), 2, 3, 5);
      IntVector values = (IntVector) vector.getValuesVector();
      values.setSafe(0, 7);
      values.setNull(1);
      values.setSafe(2, 9);
      values.setValueCount(3);
      vector.setValueCount(5);
      try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(vector), 5);
          Registration registered = ArrowJava.register(engine, "t", root, null, allocator)) {
        assertThat(registered.name()).isEqualTo("t");
        assertThat(rows(engine).stream().map(Row::text).toList()).isEqualTo(Arrays.asList("7", "7", null, "9", "9"));
      }
    }
  }

  @Test
  void nullsOfNoTypeAreRead() {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator()) {
      NullVector nothing = new NullVector("c", 3);
      try (VectorSchemaRoot root = VectorSchemaRoot.of(nothing);
          Registration registered = ArrowJava.register(engine, "t", root, null, allocator)) {
        assertThat(registered.name()).isEqualTo("t");
        assertThat(rows(engine).stream().map(Row::text)).containsOnlyNulls().hasSize(3);
      }
    }
  }

  @Test
  void whatSqlReadsGoesBackToArrowJava() throws IOException {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = root(ints(), allocator);
        Registration registered = ArrowJava.register(engine, "t", root, null, allocator);
        ArrowReader reader = ArrowJava.reader(engine.sql("SELECT c + 1 AS c FROM " + registered.name()), allocator)) {
      assertThat(reader.loadNextBatch()).isTrue();
      IntVector result = (IntVector) reader.getVectorSchemaRoot().getVector(0);
      assertThat(result.get(2)).isEqualTo(2);
      assertThat(result.isNull(1)).isTrue();
    }
  }

  @Test
  void manyBatchesAreReadByAllThreads() {
    try (Engine engine = engine();
        BufferAllocator allocator = new RootAllocator();
        BigIntVector vector = new BigIntVector("n", allocator)) {
      vector.allocateNew(100_000);
      for (int i = 0; i < 100_000; i++) {
        vector.set(i, i);
      }
      vector.setValueCount(100_000);
      VectorSchemaRoot root = VectorSchemaRoot.of(vector);
      List<ArrowRecordBatch> batches =
          IntStream.range(0, 20).mapToObj(i -> new VectorUnloader(root).getRecordBatch()).toList();
      try (Registration registered = ArrowJava.register(engine, "numbers", root.getSchema(), batches, allocator);
          QueryResult sum = engine.query("SELECT sum(n)::BIGINT AS n FROM " + registered.name());
          RecordBatch batch = sum.next()) {
        assertThat(batch.int64("n").get(0)).isEqualTo(20L * 100_000 * 99_999 / 2);
      } finally {
        batches.forEach(ArrowRecordBatch::close);
      }
    }
  }
}
