package io.dataprism.registration;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.bindings.BatchSource;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
import io.dataprism.column.ColumnWriter;
import io.dataprism.internal.arrow.BatchWriter;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaWriter;
import io.dataprism.internal.arrow.WriterFactory;
import io.dataprism.internal.handle.Errors;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table whose rows are written into native memory, part by part.
final class GeneratedTable extends Table {
  private final Schema schema;
  private final int parts;
  private final RowGenerator generator;

  GeneratedTable(Schema schema, int parts, RowGenerator generator) {
    if (schema.fields().isEmpty()) {
      throw MemoryTable.invalid("a table needs at least one column", "give the schema a field");
    }
    if (parts < 1) {
      throw MemoryTable.invalid("a table has " + parts + " parts", "give it at least one");
    }
    this.schema = schema;
    this.parts = parts;
    this.generator = generator;
  }

  // The schema is read before this returns.
  @Override
  Rows rows(EngineHandle engine) {
    // What cannot be written is found out now.
    writer(WriterFactory.layout(schema), 0).close();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arrowSchema = SchemaWriter.write(schema).write(arena);
      return new Rows(TableSource.batches(engine, arrowSchema, new Source()), 0);
    }
  }

  private static BatchWriter writer(ResultLayout layout, long firstRow) {
    ArrowMemory memory = ArrowMemory.confined(Errors::of);
    return WriterFactory.instance().batch(layout, memory, RecordTable.TEXTS, firstRow);
  }

  private final class Source implements BatchSource {
    @Override
    public long rowCount() {
      return -1;
    }

    @Override
    public int partCount() {
      return parts;
    }

    @Override
    public Batches open(List<Integer> columns, int part) throws Exception {
      Schema wanted = new Schema(columns.stream().map(schema.fields()::get).toList());
      return new Part(columns, WriterFactory.layout(wanted), generator.open(part, wanted));
    }

    @Override
    public void close() {
      // There is nothing that all parts have.
    }
  }

  private final class Part implements BatchSource.Batches {
    private final List<Integer> columns;
    private final ResultLayout layout;
    private final GeneratedPart generated;
    private long written;

    Part(List<Integer> columns, ResultLayout layout, GeneratedPart generated) {
      this.columns = columns;
      this.layout = layout;
      this.generated = generated;
    }

    @Override
    public boolean next(MemorySegment array) throws Exception {
      try (BatchWriter writer = writer(layout, written);
          WrittenRows rows = new WrittenRows(columns, writer.columns(), written)) {
        int count = generated.write(rows);
        if (count < 0) {
          throw new IllegalArgumentException("a part has written " + count + " rows");
        }
        if (count == 0) {
          return false;
        }
        written += count;
        writer.moveTo(count, array);
        return true;
      }
    }

    @Override
    public void close() {
      generated.close();
    }
  }

  /// The writers of a batch. Those of columns that are not wanted are made when somebody asks for them.
  private final class WrittenRows implements GeneratedRows, AutoCloseable {
    private final @Nullable ColumnWriter[] wanted = new ColumnWriter[schema.fields().size()];
    private final @Nullable BatchWriter[] unwanted = new BatchWriter[schema.fields().size()];
    private final long firstRow;

    WrittenRows(List<Integer> columns, List<ColumnWriter> writers, long firstRow) {
      this.firstRow = firstRow;
      for (int i = 0; i < columns.size(); i++) {
        wanted[columns.get(i)] = writers.get(i);
      }
    }

    @Override
    public ColumnWriter column(String name) {
      return column(schema.indexOf(name));
    }

    @Override
    public ColumnWriter column(int index) {
      ColumnWriter writer = wanted[index];
      return writer == null ? unwanted(index) : writer;
    }

    private ColumnWriter unwanted(int index) {
      BatchWriter made = unwanted[index];
      if (made == null) {
        Schema single = new Schema(List.of(schema.fields().get(index)));
        made = writer(WriterFactory.layout(single), firstRow);
        unwanted[index] = made;
      }
      return made.columns().getFirst();
    }

    @Override
    public boolean isWanted(String name) {
      return isWanted(schema.indexOf(name));
    }

    @Override
    public boolean isWanted(int index) {
      return wanted[index] != null;
    }

    @Override
    public void close() {
      for (BatchWriter made : unwanted) {
        if (made != null) {
          made.close();
        }
      }
    }
  }
}
