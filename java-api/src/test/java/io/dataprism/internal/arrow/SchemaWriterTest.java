package io.dataprism.internal.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.UnsupportedException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import io.dataprism.schema.TimeUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is written is read again as what it was.
class SchemaWriterTest {
  @Test
  void everyTypeIsReadAsItWasWritten() {
    List<Field> fields = new ArrayList<>();
    for (Scalar scalar : Scalar.values()) {
      if (scalar != Scalar.VARIANT) {
        fields.add(new Field(scalar.name(), scalar, true));
      }
    }
    for (int precision : new int[] {1, 9, 10, 18, 19, 38}) {
      fields.add(new Field("decimal", new DataType.Decimal(precision, precision / 2), true));
    }
    fields.add(new Field("time", new DataType.Time(TimeUnit.MICROSECOND), false));
    fields.add(new Field("time_ns", new DataType.Time(TimeUnit.NANOSECOND), true));
    for (TimeUnit unit : TimeUnit.values()) {
      fields.add(new Field("timestamp", new DataType.Timestamp(unit), true));
      fields.add(new Field("timestamptz", new DataType.TimestampTz(unit, "Europe/Berlin"), true));
    }
    Field element = new Field("element", new DataType.Decimal(4, 1), true);
    fields.add(new Field("list", new DataType.ListOf(element), true));
    fields.add(new Field("array", new DataType.ArrayOf(element, 3), true));
    fields.add(
        new Field(
            "map",
            new DataType.MapOf(new Field("key", Scalar.VARCHAR, false), new Field("value", Scalar.ENUM, true)),
            true));
    fields.add(new Field("struct", new DataType.Struct(List.copyOf(fields)), true));
    fields.add(new Field("union", new DataType.Union(List.of(element, fields.getFirst())), true));
    Schema schema = new Schema(fields);

    assertThat(SchemaReader.read(SchemaWriter.write(schema)).schema()).isEqualTo(schema);
  }

  @Test
  void aVariantIsReadAsAVariant() {
    Schema schema = new Schema(List.of(new Field("v", Scalar.VARIANT, true)));
    assertThat(SchemaReader.read(SchemaWriter.write(schema)).schema()).isEqualTo(schema);
  }

  @Test
  void aTypeThatDuckDbDoesNotTakeSaysSo() {
    Field time = new Field("t", new DataType.Time(TimeUnit.SECOND), true);
    assertThatThrownBy(() -> SchemaWriter.write(time))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("'t'")
        .hasMessageContaining("microseconds");
    assertThatThrownBy(() -> SchemaWriter.write(new Field("s", new DataType.Struct(List.of()), true)))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("no fields");
    assertThatThrownBy(() -> SchemaWriter.write(new Field("u", new DataType.Union(List.of()), true)))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("0 members");
  }
}
