package io.dataprism.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Columns outlive neither their batch nor their thread.
class BatchLifetimeTest {
  private static final String ALL_TYPES = "SELECT *, NULL AS nothing, 1::VARIANT AS variant FROM test_all_types()";

  private Engine engine;
  private QueryResult result;
  private RecordBatch batch;

  @BeforeEach
  void pullABatch() {
    engine = Engine.open();
    result = engine.query(ALL_TYPES);
    batch = result.next();
  }

  @AfterEach
  void close() {
    result.close();
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void everyAccessAfterTheBatchIsClosedIsRefused() {
    List<Column> columns = columns();
    List<MemorySegment> segments = segments(columns);

    batch.close();

    assertThat(batch.isClosed()).isTrue();
    for (Column column : columns) {
      assertRefused(column, IllegalStateException.class);
    }
    for (MemorySegment segment : segments) {
      assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> batch.column(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batch.bool("bool")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batch.byteSize()).isInstanceOf(IllegalStateException.class);
    assertThat(batch.rowCount()).as("what lies on the heap stays").isEqualTo(3);
    batch.close();
  }

  @Test
  void pullingTheNextBatchClosesTheOneBefore() {
    Column column = batch.column("int");

    assertThat(result.next()).isNull();

    assertThatThrownBy(() -> column.isNull(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingTheResultClosesItsBatch() {
    Column column = batch.column("varchar");

    result.close();

    assertThatThrownBy(() -> column.getObject(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyAccessOnAnotherThreadIsRefused() throws Exception {
    List<Column> columns = columns();
    List<MemorySegment> segments = segments(columns);

    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Callable<Void> accesses =
          () -> {
            for (Column column : columns) {
              assertRefused(column, WrongThreadException.class);
            }
            for (MemorySegment segment : segments) {
              assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(WrongThreadException.class);
            }
            assertThatThrownBy(() -> batch.column(0)).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(() -> batch.close()).isInstanceOf(WrongThreadException.class);
            return null;
          };
      other.submit(accesses).get();
    }

    assertThat(batch.isClosed()).isFalse();
    assertThat(batch.int32("int").get(1)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void memoryIsReadOnly() {
    for (MemorySegment segment : segments(columns())) {
      assertThat(segment.isReadOnly()).isTrue();
    }
  }

  @Test
  void whatWasCopiedLivesOn() {
    int[] numbers = batch.int32("int").toArray();
    String[] texts = batch.utf8("varchar").toArray();
    Object list = batch.list("varchar_array").get(1);

    batch.close();

    assertThat(numbers).startsWith(Integer.MIN_VALUE, Integer.MAX_VALUE);
    assertThat(texts).containsExactly("🦆🦆🦆🦆🦆🦆", "goo\0se", null);
    assertThat(list).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(4);
  }

  private static void assertRefused(Column column, Class<? extends RuntimeException> expected) {
    List<ThrowingCallable> accesses = new ArrayList<>(List.of(() -> column.isNull(0), () -> column.getObject(0)));
    switch (column) {
      case Int32Column ints -> {
        accesses.add(() -> ints.get(0));
        accesses.add(ints::toArray);
      }
      case Float64Column doubles -> accesses.add(() -> doubles.get(0));
      case BooleanColumn booleans -> accesses.add(() -> booleans.get(0));
      case Utf8Column texts -> {
        accesses.add(() -> texts.get(0));
        accesses.add(() -> texts.getUtf8(0));
        accesses.add(() -> texts.byteLength(0));
      }
      case DecimalColumn decimals -> accesses.add(() -> decimals.low(0));
      case ListColumn lists -> accesses.add(() -> lists.start(0));
      case UnionColumn unions -> accesses.add(() -> unions.tag(0));
      default -> {}
    }
    for (ThrowingCallable access : accesses) {
      assertThatThrownBy(access).as(column.field().name()).isInstanceOf(expected);
    }
  }

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < batch.columnCount(); i++) {
      columns.add(batch.column(i));
    }
    return columns;
  }

  private static List<MemorySegment> segments(List<Column> columns) {
    List<MemorySegment> segments = new ArrayList<>();
    for (Column column : columns) {
      segments.add(column.validity());
      switch (column) {
        case FixedWidthColumn fixed -> segments.add(fixed.values());
        case BytesColumn bytes -> {
          segments.add(bytes.offsets());
          segments.add(bytes.data());
          if (bytes instanceof Utf8Column texts) {
            segments.add(texts.getUtf8(0));
          }
        }
        case OffsetColumn offsets -> segments.add(offsets.offsets());
        case UnionColumn unions -> segments.add(unions.tags());
        default -> {}
      }
    }
    segments.removeIf(segment -> segment.byteSize() == 0);
    assertThat(segments).isNotEmpty();
    return segments;
  }
}
