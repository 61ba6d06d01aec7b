package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.column.Column;
import io.dataprism.internal.arrow.ColumnFactory;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.text.ValueText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Arrow arrays that begin in the middle of their buffers, do not say how many NULLs they have, or come without a
/// bitmap: DuckDB makes none, but Arrow allows them. They are made here out of DuckDB's, by changing the header.
@SuppressWarnings("restricted")
class ArrowSlicesTest {
  private static final int ROWS = 200;
  private static final long NOT_COUNTED = -1;
  private static final ValueText TEXT = new ValueText(Integer.MAX_VALUE);

  @BeforeAll
  static void load() {
    // Loads the native library.
    Engine.open().close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aSliceOfEveryTypeHasTheRowsOfTheWhole() {
    String sql =
        "SELECT *, NULL AS nothing, bool::INTEGER::VARIANT AS variant FROM test_all_types(), range(67) LIMIT " + ROWS;
    SplittableRandom random = new SplittableRandom(42);
    withBatch(
        sql,
        (layout, batch, arena) -> {
          for (int i = 0; i < layout.columns().size(); i++) {
            ColumnLayout columnLayout = layout.columns().get(i);
            MemorySegment array = child(batch, i);
            Column whole = ColumnFactory.instance().create(columnLayout, new ArrowArrayNode(array, arena), 0, ROWS);
            for (int round = 0; round < 20; round++) {
              int start = random.nextInt(ROWS + 1);
              int length = random.nextInt(ROWS - start + 1);
              ArrowArrayNode slice = header(array, start, length, arena);
              assertIsSlice(ColumnFactory.instance().create(columnLayout, slice, 0, length), whole, start, length);
              // The same rows, some of them left out by the array and the rest by the column.
              int inArray = random.nextInt(start + 1);
              ArrowArrayNode part = header(array, inArray, ROWS - inArray, arena);
              Column rest = ColumnFactory.instance().create(columnLayout, part, start - inArray, length);
              assertIsSlice(rest, whole, start, length);
            }
          }
        });
  }

  @Test
  void withoutABitmapNoRowIsNull() {
    withBatch(
        "SELECT range AS n, 's' || range AS s, {'x': range} AS p FROM range(" + ROWS + ")",
        (layout, batch, arena) -> {
          for (int i = 0; i < layout.columns().size(); i++) {
            MemorySegment array = child(batch, i);
            ColumnLayout columnLayout = layout.columns().get(i);
            Column with = ColumnFactory.instance().create(columnLayout, new ArrowArrayNode(array, arena), 0, ROWS);
            ArrowArrayNode bare = header(withoutBitmap(array, arena), 0, ROWS, arena);
            Column without = ColumnFactory.instance().create(columnLayout, bare, 0, ROWS);

            assertThat(without.validity().byteSize()).isZero();
            assertIsSlice(without, with, 0, ROWS);
          }
        });
  }

  private static void assertIsSlice(Column slice, Column whole, long start, long length) {
    assertThat(slice.rowCount()).isEqualTo(length);
    long nulls = 0;
    for (long row = 0; row < length; row++) {
      assertThat(slice.isNull(row)).as("%s row %d of %d", whole, row, start).isEqualTo(whole.isNull(start + row));
      assertThat(TEXT.of(slice, row)).as("%s row %d of %d", whole, row, start).isEqualTo(TEXT.of(whole, start + row));
      if (!slice.isNull(row)) {
        int bit = (int) row + slice.validityOffset();
        MemorySegment bitmap = slice.validity();
        boolean set = bitmap.byteSize() == 0 || (bitmap.get(ValueLayout.JAVA_BYTE, bit / 8) >> bit % 8 & 1) == 1;
        assertThat(set).as("the bit of a row that is not NULL").isTrue();
      }
      nulls += slice.isNull(row) ? 1 : 0;
    }
    assertThat(slice.nullCount()).isEqualTo(nulls);
  }

  private interface Check {
    void accept(ResultLayout layout, MemorySegment batch, Arena arena);
  }

  private static void withBatch(String sql, Check check) {
    EngineHandle.Options options = new EngineHandle.Options(null, false, 0, 0, null, 0, 0, 0);
    EngineHandle engine = EngineHandle.open(options, Errors::of);
    try (Arena arena = Arena.ofConfined()) {
      ResultHandle result = engine.lease().query(sql, ParameterList.positional());
      MemorySegment batch = ArrowArray.allocate(arena);
      try {
        assertThat(Dataprism.dp_result_next(result.acquire(), batch, MemorySegment.NULL)).isZero();
      } finally {
        result.release();
      }
      try {
        check.accept(SchemaReader.read(result.schema()), batch, arena);
      } finally {
        ArrowArray.release.invoke(ArrowArray.release(batch), batch);
      }
    } finally {
      engine.close();
    }
  }

  private static MemorySegment child(MemorySegment batch, int index) {
    long size = ValueLayout.ADDRESS.byteSize() * ArrowArray.n_children(batch);
    MemorySegment children = ArrowArray.children(batch).reinterpret(size);
    return children.getAtIndex(ValueLayout.ADDRESS, index).reinterpret(ArrowArray.sizeof());
  }

  private static ArrowArrayNode header(MemorySegment array, long offset, long length, Arena arena) {
    MemorySegment copy = ArrowArray.allocate(arena).copyFrom(array);
    ArrowArray.offset(copy, offset);
    ArrowArray.length(copy, length);
    ArrowArray.null_count(copy, NOT_COUNTED);
    return new ArrowArrayNode(copy, arena);
  }

  private static MemorySegment withoutBitmap(MemorySegment array, Arena arena) {
    long size = ValueLayout.ADDRESS.byteSize() * ArrowArray.n_buffers(array);
    MemorySegment buffers = arena.allocate(ValueLayout.ADDRESS, ArrowArray.n_buffers(array));
    buffers.copyFrom(ArrowArray.buffers(array).reinterpret(size));
    buffers.setAtIndex(ValueLayout.ADDRESS, 0, MemorySegment.NULL);
    MemorySegment copy = ArrowArray.allocate(arena).copyFrom(array);
    ArrowArray.buffers(copy, buffers);
    return copy;
  }
}
