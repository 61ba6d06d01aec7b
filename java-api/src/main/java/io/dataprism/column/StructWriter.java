package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.FieldIndex;
import io.dataprism.internal.record.RecordReader;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Writes a column of STRUCT values, row by row in growing order; or of VARIANT values in the encoding of Parquet, a
/// BLOB `metadata` and a BLOB `value`.
///
/// Each field is a column with the rows of this one: after [#begin], the fields' own writers write the row, and fields
/// that are not written are NULL.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class StructWriter extends ColumnWriter {
  private final List<ColumnWriter> fields;
  private final FieldIndex index;

  StructWriter(WriterPlace place) {
    super(place);
    this.fields =
        IntStream.range(0, place.layout().children().size()).mapToObj(i -> WriterKinds.make(place.child(i))).toList();
    this.index = place.layout().childIndex();
  }

  /// How many fields there are.
  public int fieldCount() {
    return fields.size();
  }

  /// The writer of a field.
  ///
  /// @throws IndexOutOfBoundsException if there is no such field
  public ColumnWriter field(int place) {
    return fields.get(place);
  }

  /// The writer of a field.
  ///
  /// @throws InvalidInputException if there is no field of this name, or more than one
  public ColumnWriter field(String name) {
    return fields.get(index.indexOf(name));
  }

  /// Begins the struct of a row.
  ///
  /// @throws IllegalStateException if the row is before the last one
  public void begin(long row) {
    requireNext(row);
    touch(row);
    markValid(row);
  }

  @Override
  public void setNull(long row) {
    requireNext(row);
    super.setNull(row);
  }

  @Override
  void put(long row, Object value) {
    switch (value) {
      case Map<?, ? extends @Nullable Object> map -> {
        if (map.size() != fields.size()) {
          throw new RefusedValue(
              map.size() + " values are no " + field().type().sql(), "give each field one value, or null");
        }
        begin(row);
        map.forEach((name, part) -> putField(row, String.valueOf(name), part));
      }
      case Record struct -> {
        RecordReader reader = RecordReader.of(struct.getClass());
        if (reader.names().size() != fields.size()) {
          throw new RefusedValue(
              "a record with the components " + reader.names() + " is no " + field().type().sql(),
              "give a record with a component for each field");
        }
        List<@Nullable Object> parts = reader.values(struct);
        begin(row);
        for (int i = 0; i < parts.size(); i++) {
          putField(row, reader.names().get(i), parts.get(i));
        }
      }
      default -> throw RefusedValue.ofClass(value, field(), "a record, or a Map with all fields");
    }
  }

  private void putField(long row, String name, @Nullable Object value) {
    ColumnWriter writer;
    try {
      writer = field(name);
    } catch (InvalidInputException e) {
      throw new RefusedValue(field().type().sql() + " has no field '" + name + "'", "name its fields as it does");
    }
    if (row < writer.rowCount()) {
      throw new RefusedValue("there are two values for the field '" + name + "'", "give each field one value");
    }
    try {
      writer.putAny(row, value);
    } catch (RefusedValue e) {
      throw e.in("." + name);
    }
  }

  @Override
  long grow(long rows) {
    // Fields grow as they are written.
    return Long.MAX_VALUE;
  }

  @Override
  void rewind(long rows) {
    super.rewind(rows);
    fields.forEach(writer -> writer.rewind(rows));
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    List<ArrowMemory.Parts> children = fields.stream().map(writer -> writer.finish(rows)).toList();
    long nulls = nullCount();
    return new ArrowMemory.Parts(rows, nulls, Collections.singletonList(validityFor(nulls)), children, null);
  }
}
