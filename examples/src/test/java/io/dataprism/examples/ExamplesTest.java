package io.dataprism.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every program, by what it prints.
class ExamplesTest {
  @AfterAll
  static void nothing_is_left_open() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void quickstart() {
    assertThat(outputOf(Quickstart::main, Repository.FLIGHTS))
        .contains("DEN", "59480", "11.1")
        .contains("3,000,000 rows")
        .containsPattern("[0-9]+\\.[0-9] million rows/s")
        .containsPattern("[1-9][0-9]+\\.[0-9] MB of Arrow memory");
  }

  @Test
  void read_columns() {
    assertThat(outputOf(ReadColumns::main, Repository.FLIGHTS))
        .hasLineCount(6)
        .contains("total STRUCT(flights BIGINT, worst BIGINT), very_late BIGINT[]")
        .contains("HNL to OGG: 4,812 flights\n")
        .contains("HNL to LAX: 2,162 flights, very late by 882 712 642 627 minutes\n");
  }

  @Test
  void map_records() {
    assertThat(outputOf(MapRecords::main, Repository.FLIGHTS))
        .hasLineCount(6)
        .startsWith("2001-01-")
        .contains("minutes late on average");
  }

  @Test
  void change_data(@TempDir Path directory) {
    assertThat(outputOf(ChangeData::main, directory.resolve("airports.duckdb")))
        .startsWith("2 airports inserted")
        .contains("refused: CONSTRAINT", "Denver", "Chicago")
        .doesNotContain("Dengler")
        .endsWith("refused: PERMISSION\n");
  }

  @Test
  void transfer_money(@TempDir Path directory) {
    assertThat(outputOf(TransferMoney::main, directory.resolve("accounts.duckdb")))
        .startsWith("2 accounts emptied, and not committed\nCONFLICT, retryable: true\n")
        .contains("600", "1400")
        .endsWith("in all: 2000\n");
  }

  @Test
  void handle_errors() {
    assertThat(outputOf(HandleErrors::main, Repository.FLIGHTS))
        .contains("Referenced column \"dely\" not found", "^", "Hint: ", "\"delay\"")
        .contains("IO: ", "missing.parquet")
        .contains("CONVERSION, number 400")
        .contains("6.66");
  }

  @Test
  void inspect_database(@TempDir Path directory) {
    assertThat(outputOf(InspectDatabase::main, directory.resolve("measurements.duckdb")))
        .startsWith("measurements: 500,000 rows\n  id BIGINT\n  sensor VARCHAR\n  value DOUBLE\n")
        .contains("  id is stored as {", "BitPacking=5")
        .contains("UNGROUPED_AGGREGATE gave 1 rows\n")
        .endsWith("TABLE_SCAN gave 25,000 rows\n");
  }

  private static String outputOf(Consumer<String[]> main, Path argument) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      main.accept(new String[] {argument.toString()});
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
