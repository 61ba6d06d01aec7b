package io.dataprism.registration;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.LentArray;
import io.dataprism.bindings.TableSource;
import io.dataprism.internal.arrow.BatchWriter;
import io.dataprism.internal.arrow.SchemaWriter;
import io.dataprism.internal.arrow.WriterFactory;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.record.RecordReader;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Records, each of which is a row.
final class RecordTable extends Table {
  /// The texts of an ENUM, which a schema does not tell.
  static final Function<Field, List<String>> TEXTS =
      field -> {
        throw MemoryTable.invalid(
            "column '" + field.name() + "' is " + DataType.Scalar.ENUM + ", whose texts are not known here",
            "make it VARCHAR, and cast it in SQL");
      };

  private final Schema schema;
  private final RecordReader reader;
  private final Collection<? extends Record> records;

  RecordTable(Schema schema, Class<? extends Record> type, Collection<? extends Record> records) {
    if (schema.fields().isEmpty()) {
      throw MemoryTable.invalid("a table needs at least one column", "give records with components");
    }
    this.schema = schema;
    this.reader = RecordReader.of(type);
    this.records = records;
    List<String> columns = schema.fields().stream().map(Field::name).toList();
    if (!columns.equals(reader.names())) {
      throw MemoryTable.invalid(
          "the records have the components " + reader.names() + ", and the columns are " + columns,
          "give a column for each component, of the same name and in the same order");
    }
  }

  @Override
  Rows rows(EngineHandle engine) {
    ArrowMemory memory = ArrowMemory.confined(Errors::of);
    try (Arena call = Arena.ofConfined();
        BatchWriter writer = WriterFactory.instance().batch(WriterFactory.layout(schema), memory, TEXTS, 0)) {
      long row = 0;
      for (Record struct : records) {
        List<@Nullable Object> values = reader.values(struct);
        for (int column = 0; column < values.size(); column++) {
          writer.columns().get(column).setObject(row, values.get(column));
        }
        row++;
      }
      long bytes = writer.byteSize();
      MemorySegment array = LentArray.place(call);
      writer.moveTo(row, array);
      MemorySegment arrowSchema = SchemaWriter.write(schema).write(call);
      return new Rows(TableSource.arrays(engine, arrowSchema, array, null), bytes);
    }
  }
}
