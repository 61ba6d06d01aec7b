package io.dataprism.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType.Scalar;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private static final Field ID = new Field("id", Scalar.BIGINT, false);
  private static final Field NAME = new Field("Full Name", Scalar.VARCHAR, true);

  @Test
  void columnsAreFoundByNameInAnyCase() {
    Schema schema = new Schema(List.of(ID, NAME));

    assertThat(schema.field("ID")).isSameAs(ID);
    assertThat(schema.indexOf("full name")).isEqualTo(1);
    assertThat(schema.find("absent")).isEmpty();
    assertThatThrownBy(() -> schema.field("ids"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean 'id'");
    assertThatThrownBy(() -> schema.field(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aLongListOfNamesIsCutInErrors() {
    List<Field> fields = IntStream.range(0, 500).mapToObj(i -> new Field("column_" + i, Scalar.DATE, true)).toList();

    assertThatThrownBy(() -> new Schema(fields).field("x")).hasMessageContaining("'column_19' and 480 more");
  }

  @Test
  void schemasAreEqualIfTheirFieldsAre() {
    assertThat(new Schema(List.of(ID, NAME)))
        .isEqualTo(new Schema(List.of(ID, NAME)))
        .hasSameHashCodeAs(new Schema(List.of(ID, NAME)));
    assertThat(new Schema(List.of(ID))).isNotEqualTo(new Schema(List.of(NAME)));
  }

  @Test
  void aSchemaReadsLikeSql() {
    DataType nested =
        new DataType.MapOf(
            new Field("key", Scalar.UUID, false),
            new Field(
                "value",
                new DataType.ListOf(new Field("element", new DataType.Struct(List.of(ID, NAME)), true)),
                true));
    Schema schema =
        new Schema(List.of(ID, new Field("m", nested, true), new Field("d", new DataType.Decimal(9, 2), true)));

    assertThat(schema)
        .hasToString("(id BIGINT NOT NULL, m MAP(UUID, STRUCT(id BIGINT, \"Full Name\" VARCHAR)[]), d DECIMAL(9,2))");
  }
}
