package io.dataprism.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.column.Column;
import io.dataprism.error.ErrorCode;
import io.dataprism.examples.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The tables of types and of errors, against the library.
class ReferenceTablesTest {
  /// A value of each type whose name alone does not make one with `'…'::TYPE`.
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("BOOLEAN", "true"),
          Map.entry("DECIMAL(p,s)", "1.5::DECIMAL(9,2)"),
          Map.entry("VARCHAR", "'text'"),
          Map.entry("JSON", "'{}'::JSON"),
          Map.entry("BLOB", "'bytes'::BLOB"),
          Map.entry("GEOMETRY", "'POINT(1 2)'::GEOMETRY"),
          Map.entry("UUID", "uuid()"),
          Map.entry("DATE", "DATE '2001-01-01'"),
          Map.entry("TIME", "TIME '01:02:03'"),
          Map.entry("TIME_NS", "'01:02:03'::TIME_NS"),
          Map.entry("TIME WITH TIME ZONE", "'01:02:03+04'::TIMETZ"),
          Map.entry("TIMESTAMP_S", "'2001-01-01'::TIMESTAMP_S"),
          Map.entry("TIMESTAMP_MS", "'2001-01-01'::TIMESTAMP_MS"),
          Map.entry("TIMESTAMP", "'2001-01-01'::TIMESTAMP"),
          Map.entry("TIMESTAMP_NS", "'2001-01-01'::TIMESTAMP_NS"),
          Map.entry("TIMESTAMP WITH TIME ZONE", "now()"),
          Map.entry("TIMESTAMPTZ_NS", "now()::TIMESTAMPTZ_NS"),
          Map.entry("INTERVAL", "INTERVAL 1 DAY"),
          Map.entry("ENUM", "'a'::ENUM('a', 'b')"),
          Map.entry("LIST", "[1]"),
          Map.entry("ARRAY", "[1, 2]::INTEGER[2]"),
          Map.entry("STRUCT", "{a: 1}"),
          Map.entry("MAP", "MAP {'k': 1}"),
          Map.entry("UNION", "union_value(number := 1)"),
          Map.entry("NULL", "NULL"));

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open();
  }

  @AfterAll
  static void close() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @TestFactory
  Stream<DynamicTest> the_table_of_types_tells_column_and_java_object_of_every_type() throws IOException {
    List<List<String>> rows = rows("docs/guides/types.md").toList();
    assertThat(rows).hasSizeGreaterThan(VALUES.size());
    return rows.stream().map(row -> dynamicTest(row.getFirst(), () -> check(row.getFirst(), row.get(2), row.get(4))));
  }

  private static void check(String type, String column, String javaObject) {
    String value = VALUES.getOrDefault(type, "1::" + type);
    try (QueryResult result = engine.query("SELECT " + value + " AS value")) {
      RecordBatch batch = Objects.requireNonNull(result.next());
      Column read = batch.column("value");
      assertThat(column).endsWith("`" + read.getClass().getSimpleName() + "`");
      Object object = read.getObject(0);
      switch (object) {
        case null -> assertThat(javaObject).isEqualTo("`null`");
        case List<?> _ -> assertThat(javaObject).isEqualTo("`List`");
        case Map<?, ?> _ -> assertThat(javaObject).startsWith("`Map`");
        case Object _ when type.equals("UNION") -> assertThat(javaObject).isEqualTo("that of the row's member");
        default -> assertThat(javaObject).startsWith("`" + object.getClass().getSimpleName() + "`");
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> the_table_of_errors_tells_the_number_of_every_code() throws IOException {
    List<List<String>> rows = rows("docs/guides/errors.md").toList();
    return Arrays.stream(ErrorCode.values())
        .map(code ->
            dynamicTest(
                code.name(),
                () ->
                    assertThat(rows)
                        .filteredOn(row -> row.get(1).equals("`" + code + "`"))
                        .singleElement()
                        .satisfies(row -> assertThat(row.get(2)).isEqualTo("" + code.number()))));
  }

  /// The cells of the rows of a page's tables, without their heads.
  private static Stream<List<String>> rows(String page) throws IOException {
    List<String> lines = Files.readAllLines(Repository.ROOT.resolve(page));
    return lines.stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| DuckDB") && !line.startsWith("| exception"))
        .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList());
  }
}
