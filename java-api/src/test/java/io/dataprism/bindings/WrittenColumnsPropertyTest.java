package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.column.Column;
import io.dataprism.column.ColumnWriter;
import io.dataprism.column.Int64Writer;
import io.dataprism.column.RandomType;
import io.dataprism.error.ConversionException;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.arrow.BatchWriter;
import io.dataprism.internal.arrow.ColumnFactory;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.internal.arrow.SchemaWriter;
import io.dataprism.internal.arrow.WriterFactory;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.text.ValueText;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Values of random types, nested up to three deep, that DuckDB makes and Java reads and writes into Arrow memory: read
/// there by Java, and as a table by DuckDB, they are what they were.
///
/// To replay a failure, give the printed seed back: `-Ddataprism.test.seed=…`. `-Ddataprism.test.cases=…` asks for more
/// than the usual 60 cases.
class WrittenColumnsPropertyTest {
  private static final String SEED_PROPERTY = "dataprism.test.seed";
  private static final String CASES_PROPERTY = "dataprism.test.cases";
  private static final List<Integer> ROW_COUNTS = List.of(0, 1, 7, 64, 65, 2049, 5000);
  private static final ValueText TEXT = new ValueText(Integer.MAX_VALUE);

  /// The texts of the one ENUM that random types have.
  private static final List<String> ENUM_TEXTS = List.of("sad", "ok", "it's, great", "");

  private static EngineHandle engine;

  @BeforeAll
  static void open() throws LibraryLoadException {
    NativeLibrary.load();
    engine = EngineHandle.open(new EngineHandle.Options(null, false, 0, 0, null, 0, 0, 0), Errors::of);
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
    assertThat(Dataprism.dp_memory_allocated()).isZero();
  }

  static LongStream seeds() {
    Long replayed = Long.getLong(SEED_PROPERTY);
    return replayed != null
        ? LongStream.of(replayed)
        : new SplittableRandom().longs(Integer.getInteger(CASES_PROPERTY, 60));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void valuesOfRandomTypesAreWrittenAsTheyWere(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomType type = RandomType.any(random, random.nextInt(4));
    // What is read of a UNION does not tell its member; and DuckDB reads dictionaries inside of arrays wrongly, and
    // fails
    // on those inside of lists and maps that have no elements.
    while (type.sql().contains("UNION") || ENUM_IN_LIST.matcher(type.sql()).find()) {
      type = RandomType.any(random, random.nextInt(4));
    }
    int rows = ROW_COUNTS.get(random.nextInt(ROW_COUNTS.size()));
    IO.println("-D" + SEED_PROPERTY + "=" + seed + ": " + rows + " rows of " + type.sql());
    assertWritten(type, seed, rows);
  }

  @ParameterizedTest
  @EnumSource(RandomType.Plain.Kind.class)
  void manyValuesOfEachPlainTypeAreWrittenAsTheyWere(RandomType.Plain.Kind kind) {
    assertWritten(new RandomType.Plain(kind, 20), 1, 5_000);
  }

  private static final Pattern ENUM_IN_LIST = Pattern.compile("ENUM.*\\[\\d*]|MAP.*ENUM");

  private record Read(List<Object> values, List<String> texts) {}

  private static void assertWritten(RandomType random, long seed, int rows) {
    String value = random.value("hash(r, " + Long.toUnsignedString(seed) + ")", 0);
    Field[] field = new Field[1];
    Read read = new Read(new ArrayList<>(), new ArrayList<>());
    forEachBatch(
        "SELECT v, v::VARCHAR AS text FROM (SELECT " + value + " AS v FROM range(" + rows + ") AS t(r))",
        columns -> {
          field[0] = columns.getFirst().field();
          for (long row = 0; row < columns.getFirst().rowCount(); row++) {
            try {
              read.values().add(columns.getFirst().getObject(row));
              read.texts().add((String) columns.get(1).getObject(row));
            } catch (ConversionException e) {
              // A time of 24:00, which Java does not have.
              assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE);
            }
          }
        });
    if (field[0] != null) {
      assertWritten(field[0].type(), read, random.sql() + ", seed " + seed);
    }
  }

  private static void assertWritten(DataType type, Read read, String what) {
    Schema schema = new Schema(List.of(new Field("r", DataType.Scalar.BIGINT, true), new Field("v", type, true)));
    ResultLayout layout = WriterFactory.layout(schema);
    int rows = read.values().size();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = ArrowArray.allocate(arena);
      try (BatchWriter batch =
          WriterFactory.instance().batch(layout, ArrowMemory.confined(Errors::of), field -> ENUM_TEXTS, 0)) {
        Int64Writer numbers = (Int64Writer) batch.columns().get(0);
        ColumnWriter values = batch.columns().get(1);
        for (int row = 0; row < rows; row++) {
          numbers.set(row, row);
          // A row that is not written is NULL.
          if (read.values().get(row) != null || row % 2 == 0) {
            values.setObject(row, read.values().get(row));
          }
        }
        batch.moveTo(rows, array);
      }
      ArrowArrayNode written = new ArrowArrayNode(array, arena).child(1);
      Column column = ColumnFactory.instance().create(layout.columns().get(1), written, 0, rows);
      for (int row = 0; row < rows; row++) {
        String text = Objects.requireNonNullElse(read.texts().get(row), "NULL");
        assertThat(TEXT.of(column, row)).as("%s, row %d", what, row).isEqualTo(text);
      }

      TableHandle table =
          engine.register("written", TableSource.arrays(engine, SchemaWriter.write(schema).write(arena), array, null));
      try {
        List<String> texts = new ArrayList<>();
        forEachBatch(
            "SELECT v::VARCHAR FROM written ORDER BY r",
            columns -> {
              for (long row = 0; row < columns.getFirst().rowCount(); row++) {
                texts.add((String) columns.getFirst().getObject(row));
              }
            });
        assertThat(texts).as(what).isEqualTo(read.texts());
      } finally {
        table.unregister();
      }
    }
  }

  private interface Columns {
    void accept(List<Column> columns);
  }

  private static void forEachBatch(String sql, Columns receiver) {
    SessionHandle session = engine.lease();
    try {
      ResultHandle result = session.query(sql, ParameterList.positional());
      ResultLayout layout = SchemaReader.read(result.schema());
      for (BatchMemory batch = result.next(HERE); batch != null; batch = result.next(HERE)) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < layout.columns().size(); i++) {
          ArrowArrayNode child = batch.root().child(i);
          columns.add(ColumnFactory.instance().create(layout.columns().get(i), child, 0, batch.root().length()));
        }
        receiver.accept(columns);
      }
      result.close();
    } finally {
      session.close();
    }
  }

  private static final CallRunner HERE =
      new CallRunner() {
        @Override
        public <T> T run(Supplier<T> call) {
          return call.get();
        }
      };
}
