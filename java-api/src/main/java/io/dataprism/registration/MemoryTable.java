package io.dataprism.registration;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.dataprism.bindings.ArrowSchemaNode;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.LentArray;
import io.dataprism.bindings.MemoryHold;
import io.dataprism.bindings.TableSource;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.internal.arrow.SchemaWriter;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A table in memory.
final class MemoryTable extends Table {
  private final Schema schema;
  private final List<Values> columns;
  private final long rowCount;

  MemoryTable(Columns columns) {
    if (columns.values.isEmpty()) {
      throw invalid("a table needs at least one column", "add one with column(…)");
    }
    this.schema = new Schema(columns.fields);
    this.columns = List.copyOf(columns.values);
    this.rowCount = this.columns.getFirst().rowCount();
    for (int i = 0; i < this.columns.size(); i++) {
      long rows = this.columns.get(i).rowCount();
      if (rows != rowCount) {
        throw invalid(
            "column '"
                + columns.fields.get(i).name()
                + "' has "
                + rows
                + " rows, and '"
                + columns.fields.getFirst().name()
                + "' has "
                + rowCount,
            "give all columns as many values");
      }
    }
  }

  /// The Arrow schema of columns as a builder takes them.
  static ArrowSchemaNode arrowSchema(Schema schema) {
    ArrowSchemaNode root = SchemaWriter.write(schema);
    List<ArrowSchemaNode> fields = root.children().stream().map(MemoryTable::withIntOffsets).toList();
    return new ArrowSchemaNode(root.format(), root.name(), root.metadata(), root.flags(), fields, null);
  }

  /// Texts come with offsets of an `int`, as arrow-java and most others make them.
  private static ArrowSchemaNode withIntOffsets(ArrowSchemaNode field) {
    return field.format().equals("U") && field.metadata().isEmpty()
        ? new ArrowSchemaNode("u", field.name(), Map.of(), field.flags(), List.of(), null)
        : field;
  }

  /// Names and types of the columns.
  Schema schema() {
    return schema;
  }

  long rowCount() {
    return rowCount;
  }

  private long copiedBytes() {
    return buffers().filter(buffer -> !buffer.isNative()).mapToLong(MemorySegment::byteSize).sum();
  }

  @Override
  Rows rows(EngineHandle engine) {
    Memory memory = new Memory();
    boolean handedOver = false;
    try (Arena call = Arena.ofConfined()) {
      memory.hold(buffers().filter(MemorySegment::isNative).toList());
      MemorySegment struct = struct(columns, values -> values.lendIn(memory.copies)).lend(call);
      MemorySegment arrowSchema = arrowSchema(schema).write(call);
      handedOver = true;
      return new Rows(TableSource.arrays(engine, arrowSchema, struct, memory), copiedBytes());
    } finally {
      if (!handedOver) {
        memory.close();
      }
    }
  }

  /// Copies columns into the structure of an Arrow array.
  ///
  /// @param wanted which columns, by their places
  void copyTo(MemorySegment array, List<Integer> wanted) {
    struct(wanted.stream().map(columns::get).toList(), Values::lend).copyTo(array);
  }

  private LentArray struct(List<Values> values, Function<Values, LentArray> child) {
    return new LentArray(rowCount, Collections.singletonList(null), values.stream().map(child).toList());
  }

  private Stream<MemorySegment> buffers() {
    return columns.stream().flatMap(column -> column.buffers().stream()).filter(Objects::nonNull);
  }

  /// What a table holds on to that is read: copies, and the arenas of what is not copied.
  private static final class Memory implements AutoCloseable {
    // Closed when nobody reads the table any more.
    @SuppressWarnings("MustBeClosedChecker")
    private final Arena copies = Arena.ofShared();

    private @Nullable MemoryHold hold;

    void hold(List<MemorySegment> lent) {
      if (!lent.isEmpty()) {
        hold = new MemoryHold(lent);
      }
    }

    @Override
    public void close() {
      if (hold != null) {
        hold.close();
      }
      copies.close();
    }
  }

  /// The values of a column.
  ///
  /// @param buffers as the Arrow columnar format lays them down, the validity first
  private record Values(long rowCount, List<@Nullable MemorySegment> buffers) {
    /// The column where it is.
    LentArray lend() {
      return new LentArray(rowCount, buffers, List.of());
    }

    /// The column in native memory: where it is, or in a copy.
    LentArray lendIn(Arena arena) {
      List<@Nullable MemorySegment> lent = new ArrayList<>(buffers.size());
      for (MemorySegment buffer : buffers) {
        if (buffer == null || buffer.isNative()) {
          lent.add(buffer);
        } else {
          // Not zeroed first, as plain allocating would.
          lent.add(arena.allocateFrom(JAVA_BYTE, buffer, JAVA_BYTE, 0, buffer.byteSize()));
        }
      }
      return new LentArray(rowCount, lent, List.of());
    }
  }

  /// The columns that a builder has been given.
  static final class Columns {
    private final List<Field> fields = new ArrayList<>();
    private final List<Values> values = new ArrayList<>();

    void add(String name, DataType type, MemorySegment data, @Nullable MemorySegment validity) {
      int width = width(name, type);
      if (width == 0) {
        throw invalid(
            "column '" + name + "' is " + type.sql() + ", whose values have no fixed size",
            "give a VARCHAR as text(…), and other types as Arrow arrays");
      }
      requireReadable(name, data);
      long rows = data.byteSize() / width;
      if (data.byteSize() % width != 0) {
        throw invalid(
            "column '" + name + "' has " + data.byteSize() + " bytes, and a " + type.sql() + " takes " + width,
            "give memory that holds whole values");
      }
      add(name, type, rows, validity, data);
    }

    void addText(String name, MemorySegment offsets, MemorySegment utf8, MemorySegment validity) {
      requireReadable(name, offsets);
      requireReadable(name, utf8);
      long count = offsets.byteSize() / Integer.BYTES;
      if (count == 0 || offsets.byteSize() % Integer.BYTES != 0) {
        throw invalid(
            "the offsets of column '" + name + "' have " + offsets.byteSize() + " bytes",
            "give an int more than there are rows");
      }
      int last = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, (count - 1) * Integer.BYTES);
      if (last < 0 || last > utf8.byteSize()) {
        throw invalid(
            "the offsets of column '" + name + "' end at " + last + ", and there are " + utf8.byteSize() + " bytes",
            "give the offsets and the bytes that belong together");
      }
      MemorySegment mask = validity.equals(MemorySegment.NULL) ? null : validity;
      add(name, DataType.Scalar.VARCHAR, count - 1, mask, offsets, utf8);
    }

    private void add(
        String name, DataType type, long rows, @Nullable MemorySegment validity, MemorySegment... buffers) {
      if (fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name))) {
        throw invalid("there are two columns '" + name + "'", "give each column a name of its own");
      }
      if (validity != null) {
        requireReadable(name, validity);
        if (validity.byteSize() * Byte.SIZE < rows) {
          throw invalid(
              "the validity of column '" + name + "' has " + validity.byteSize() + " bytes for " + rows + " rows",
              "give a bit for each row");
        }
      }
      List<@Nullable MemorySegment> all = new ArrayList<>();
      all.add(validity);
      all.addAll(List.of(buffers));
      fields.add(new Field(name, type, validity != null));
      values.add(new Values(rows, all));
    }

    /// How many bytes a value takes; zero where that differs from value to value.
    private static int width(String name, DataType type) {
      boolean fixed =
          switch (type) {
            case DataType.Scalar scalar ->
                switch (scalar) {
                  case NULL, VARCHAR, JSON, BLOB, GEOMETRY, BIT, BIGNUM, ENUM, VARIANT -> false;
                  default -> true;
                };
            case DataType.Decimal _, DataType.Time _, DataType.Timestamp _, DataType.TimestampTz _ -> true;
            default -> false;
          };
      if (!fixed) {
        return 0;
      }
      Schema single = new Schema(List.of(new Field(name, type, false)));
      return SchemaReader.read(SchemaWriter.write(single)).columns().getFirst().width();
    }

    private static void requireReadable(String name, MemorySegment memory) {
      if (!memory.scope().isAlive()) {
        throw invalid("the memory of column '" + name + "' is gone: its arena is closed", "register it before that");
      }
      if (memory.isNative() && !MemoryHold.isForAnyThread(memory)) {
        throw invalid(
            "the memory of column '" + name + "' belongs to one thread, and DuckDB reads it on all of its own",
            "allocate it in Arena.ofShared() or Arena.ofAuto()");
      }
    }
  }

  static InvalidInputException invalid(String message, String hint) {
    return new InvalidInputException(Details.of(ErrorCode.INVALID_INPUT, message, hint));
  }
}
