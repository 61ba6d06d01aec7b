package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dataprism.error.BinderException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.error.OutOfMemoryException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TransactionException;
import io.dataprism.error.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each failure has its type and tells what is wrong, and the engine works on after it.
class ErrorsTest {
  @TempDir Path directory;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open();
  }

  @AfterEach
  void theEngineStillWorks() {
    try (QueryResult result = engine.query("SELECT 42")) {
      assertThat(result.next().int32(0).get(0)).isEqualTo(42);
    }
    engine.close();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void textThatIsNotSql() {
    SyntaxException e = catchThrowableOfType(SyntaxException.class, () -> engine.query("SELEC 1"));
    assertThat(e.code()).isEqualTo(ErrorCode.SYNTAX);
    assertThat(e.sql()).contains("SELEC 1");
    assertThat(e.position()).hasValue(0);
    assertThat(e).hasMessageContaining("SELEC").hasMessageContaining("^");
  }

  @Test
  void aMissingTableNamesTheOneThatIsMeant() {
    engine.execute("CREATE TABLE flights (origin VARCHAR)");
    CatalogException e = catchThrowableOfType(CatalogException.class, () -> engine.query("FROM flihgts"));
    assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("flights"));
    assertThat(e.position()).hasValue(5);
  }

  @Test
  void aMissingColumnNamesTheOneThatIsMeantAndItsPlace() {
    engine.execute("CREATE TABLE flights (origin VARCHAR)");
    String sql = "SELECT '🦆 é',\n       orign\nFROM flights";
    BinderException e = catchThrowableOfType(BinderException.class, () -> engine.query(sql));
    assertThat(e.position()).as("counted in characters of Java").hasValue(sql.indexOf("orign"));
    assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("origin"));
    assertThat(e.getMessage()).contains("line 2:        orign");
  }

  @Test
  void aValueThatCannotBeConverted() {
    try (QueryResult result = engine.query("SELECT (range || '?')::INT FROM range(5)")) {
      ConversionException e = catchThrowableOfType(ConversionException.class, result::next);
      assertThat(e.sql()).isPresent();
      assertThat(e).hasMessageContaining("0?");
    }
    try (QueryResult result = engine.query("SELECT (range * 100)::TINYINT FROM range(5)")) {
      assertThatThrownBy(result::next).isInstanceOf(ConversionException.class);
    }
  }

  @Test
  void aViolatedConstraintKeepsNothing() {
    engine.execute("CREATE TABLE t (n INT PRIMARY KEY)");
    assertThatThrownBy(() -> engine.execute("INSERT INTO t VALUES (1), (2), (1)"))
        .isInstanceOf(ConstraintException.class);
    try (QueryResult result = engine.query("SELECT count(*) FROM t")) {
      assertThat(result.next().int64(0).get(0)).isZero();
    }
  }

  @Test
  void aTransactionInTheWrongState() {
    try (Session session = engine.session()) {
      assertThatThrownBy(() -> session.execute("COMMIT")).isInstanceOf(TransactionException.class);
    }
  }

  @Test
  void aConflictBetweenTransactions() {
    engine.execute("CREATE TABLE t AS SELECT 1 AS n");
    try (Session first = engine.session();
        Session second = engine.session()) {
      first.execute("BEGIN; UPDATE t SET n = 2");
      second.execute("BEGIN");
      assertThatThrownBy(() -> second.execute("UPDATE t SET n = 3")).isInstanceOf(TransactionException.class);
    }
  }

  @Test
  void somethingThatDuckDbDoesNotHave() {
    assertThatThrownBy(() -> engine.execute("LOAD no_such_extension"))
        .isInstanceOfAny(IoException.class, UnsupportedException.class)
        .hasMessageContaining("no_such_extension");
  }

  @Test
  void theMemoryLimit() {
    try (Engine small = Engine.builder().memoryLimit(64L << 20).threads(1).open()) {
      small.execute("SET temp_directory = ''");
      try (QueryResult result = small.query("SELECT list(repeat('x', 100) || range) FROM range(5000000)")) {
        assertThatThrownBy(result::next).isInstanceOf(OutOfMemoryException.class);
      }
      small.execute("SELECT 1");
    }
  }

  @Test
  void aMissingParquetFileIsNamed() {
    Path file = directory.resolve("missing.parquet");
    assertThatThrownBy(() -> engine.query("FROM '" + file + "'"))
        .isInstanceOf(IoException.class)
        .hasMessageContaining("missing.parquet");
  }

  @Test
  void aCorruptParquetFileIsNamed() throws IOException {
    Path file = directory.resolve("corrupt.parquet");
    Files.writeString(file, "PAR1 this is not Parquet at all PAR2");
    assertThatThrownBy(() -> drain("FROM '" + file + "'"))
        .isInstanceOf(DataPrismException.class)
        .hasMessageContaining("corrupt.parquet");
  }

  /// Damage in the middle of a file may or may not be noticed, but it never ends the process.
  @Test
  void aDamagedParquetFileNeverCrashes() throws IOException {
    long seed = Long.getLong("dataprism.test.seed", System.nanoTime());
    System.out.println("seed " + seed + " (replay with -Ddataprism.test.seed)");
    Random random = new Random(seed);
    Path file = directory.resolve("sound.parquet");
    engine.execute("COPY (SELECT range AS n, 'text ' || range AS t FROM range(20000)) TO '" + file + "'");
    byte[] sound = Files.readAllBytes(file);
    int noticed = 0;
    for (int i = 0; i < 50; i++) {
      byte[] damaged = sound.clone();
      for (int flip = 0; flip < 20; flip++) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Path copy = directory.resolve("damaged-" + i + ".parquet");
      Files.write(copy, damaged);
      try {
        drain("FROM '" + copy + "'");
      } catch (DataPrismException e) {
        noticed++;
      }
    }
    assertThat(noticed).isPositive();
  }

  private void drain(String sql) {
    try (QueryResult result = engine.query(sql)) {
      while (result.next() != null) {
        // Only the end, or an error before it, is of interest.
      }
    }
  }

  @Test
  void aFileThatIsNoDatabase() throws IOException {
    Path file = directory.resolve("corrupt.db");
    Files.writeString(file, "this is no database ".repeat(1_000));
    IoException e = catchThrowableOfType(IoException.class, () -> Engine.open(file));
    assertThat(e).hasMessageContaining("corrupt.db");
    assertThat(e.hint()).isPresent();
  }

  @Test
  void aDatabaseWithADamagedHeader() throws IOException {
    Path file = directory.resolve("damaged.db");
    try (Engine database = Engine.open(file)) {
      database.execute("CREATE TABLE t AS SELECT range AS n FROM range(100000)");
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 4096; i < 3 * 4096; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(file, bytes);
    assertThatThrownBy(() -> Engine.open(file))
        .isInstanceOf(DataPrismException.class)
        .hasMessageContaining("damaged.db");
  }

  @Test
  void aDatabaseInAFolderThatIsNotThere() {
    assertThatThrownBy(() -> Engine.open(directory.resolve("nowhere").resolve("x.db")))
        .isInstanceOf(IoException.class)
        .hasMessageContaining("x.db");
    assertThatThrownBy(() -> Engine.builder().database(directory.resolve("absent.db")).readOnly().open())
        .isInstanceOf(IoException.class)
        .hasMessageContaining("absent.db");
  }

  @Test
  void aDatabaseThatAnotherEngineHolds() {
    Path file = directory.resolve("held.db");
    try (Engine holder = Engine.open(file)) {
      IoException e = catchThrowableOfType(IoException.class, () -> Engine.open(file));
      assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_LOCKED);
      assertThat(e).hasMessageContaining("held.db");
      holder.execute("CREATE TABLE t (n INT)");
    }
    Engine.open(file).close();
  }

  @Test
  void aDatabaseThatAnotherProcessHolds() throws Exception {
    Path file = directory.resolve("held.db");
    Process holder = ChildJvm.start(Holder.class, List.of(), file.toString());
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("open");
      IoException e = catchThrowableOfType(IoException.class, () -> Engine.open(file));
      assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_LOCKED);
      assertThat(e.hint()).isPresent();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    Engine.open(file).close();
  }

  /// Holds a database until it is killed.
  static final class Holder {
    public static void main(String[] arguments) throws Exception {
      try (Engine engine = Engine.open(Path.of(arguments[0]))) {
        engine.execute("CREATE TABLE t (n INT)");
        System.out.println("open");
        System.in.read();
      }
    }
  }

  @Test
  void everyNumberOfTheNativeSideHasItsCode() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.of(code.number())).isEqualTo(code);
    }
    assertThat(ErrorCode.of(424_242)).isEqualTo(ErrorCode.EXECUTION);
  }
}
