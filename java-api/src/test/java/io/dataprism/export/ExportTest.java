package io.dataprism.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.Progress;
import io.dataprism.Session;
import io.dataprism.Transaction;
import io.dataprism.error.BinderException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.metrics.QueryMetrics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Results that are written to files, streams and channels.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ExportTest {
  private static final String SLOW =
      "SELECT i FROM range(100_000_000_000) t(i) WHERE i % 1_000_000_007 = 1_000_000_006";

  @TempDir private Path folder;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @AfterEach
  void noTemporaryFileIsLeft() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.getFileName().toString().contains("tmp-"))).isEmpty();
    }
    assertThat(Path.of(".tmp")).doesNotExist();
  }

  static List<ExportFormat> formats() {
    return List.of(
        ExportFormat.arrowFile(),
        ExportFormat.arrowFile().compression(ArrowFormat.Compression.LZ4),
        ExportFormat.arrowStream().compression(ArrowFormat.Compression.ZSTD),
        ExportFormat.parquet(),
        ExportFormat.csv(),
        ExportFormat.json(),
        ExportFormat.jsonLines());
  }

  static List<FileFormat> readableFormats() {
    return Stream.concat(
            Stream.of(
                ExportFormat.csv(),
                ExportFormat.csv().delimiter('\t').quote('\'').nullText("NULL").compression(TextCompression.GZIP),
                ExportFormat.csv().header(false).compression(TextCompression.ZSTD),
                ExportFormat.json(),
                ExportFormat.json().compression(TextCompression.GZIP),
                ExportFormat.jsonLines().compression(TextCompression.ZSTD)),
            Arrays.stream(ParquetFormat.Compression.values())
                .map(each -> ExportFormat.parquet().compression(each).rowGroupSize(2048)))
        .map(FileFormat.class::cast)
        .toList();
  }

  private static String reader(FileFormat format, Path file) {
    return switch (format) {
      case ParquetFormat _ -> "read_parquet('" + file + "')";
      case CsvFormat csv ->
          "read_csv('"
              + file
              + "', delim = '"
              + csv.delimiter()
              + "', quote = '"
              + String.valueOf(csv.quote()).replace("'", "''")
              + "', header = "
              + csv.header()
              + ", nullstr = '"
              + csv.nullText()
              + "', compression = '"
              + name(csv.compression())
              + "', columns = {'n': 'BIGINT', 't': 'VARCHAR'})";
      case JsonFormat json ->
          "read_json('"
              + file
              + "', compression = '"
              + name(json.compression())
              + "', columns = {n: 'BIGINT', t: 'VARCHAR'})";
    };
  }

  private static String name(TextCompression compression) {
    return switch (compression) {
      case BY_NAME, NONE -> "none";
      case GZIP -> "gzip";
      case ZSTD -> "zstd";
    };
  }

  @ParameterizedTest
  @MethodSource("readableFormats")
  void whatDuckDbWritesItReadsAgain(FileFormat format) {
    Path file = folder.resolve("rows");
    try (Engine engine = Engine.open()) {
      String rows =
          "SELECT range AS n, CASE range % 4 WHEN 0 THEN NULL WHEN 1 THEN 'a,\tb' WHEN 2 THEN 'it''s \"q\"' "
              + "ELSE 'ü\nz' END AS t FROM range(10_000)";
      ExportReport report = engine.sql(rows).export(format, ExportTarget.file(file));
      assertThat(report.rows()).isEqualTo(10_000);
      assertThat(file).hasSize(report.bytes());
      assertThat(report.elapsed()).isPositive();
      String difference = "SELECT count(*) AS n FROM (%s EXCEPT ALL FROM %s)".formatted(rows, reader(format, file));
      assertThat(engine.query(difference).as(Count.class)).containsExactly(new Count(0));
    }
  }

  record Count(long n) {}

  @ParameterizedTest
  @MethodSource("formats")
  void streamsAndChannelsGetWhatAFileGets(ExportFormat format) throws IOException {
    Path file = folder.resolve("rows");
    Path channelled = folder.resolve("channelled");
    try (Engine engine = Engine.builder().threads(1).tempDirectory(folder.resolve("spill")).open()) {
      var query = engine.sql("SELECT range AS n, 'x' || range AS t FROM range(?)").with(40_000);
      ExportReport report = query.export(format, ExportTarget.file(file));
      CountingStream stream = new CountingStream();
      assertThat(query.export(format, ExportTarget.stream(stream)).bytes()).isEqualTo(report.bytes());
      assertThat(stream.bytes()).isEqualTo(Files.readAllBytes(file));
      assertThat(stream.flushes).isEqualTo(1);
      assertThat(stream.isClosed).isFalse();
      try (FileChannel channel =
          FileChannel.open(channelled, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        assertThat(query.export(format, ExportTarget.channel(channel)).rows()).isEqualTo(40_000);
        assertThat(channel.isOpen()).isTrue();
      }
      assertThat(channelled).hasSameBinaryContentAs(file);
      assertThat(folder.resolve("spill")).doesNotExist();
    }
  }

  private static final class CountingStream extends FilterOutputStream {
    private int flushes;
    private boolean isClosed;

    CountingStream() {
      super(new ByteArrayOutputStream());
    }

    byte[] bytes() {
      return ((ByteArrayOutputStream) out).toByteArray();
    }

    @Override
    public void flush() throws IOException {
      flushes++;
      super.flush();
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void whateverHasRowsCanBeExported(ExportFormat format) {
    try (Engine engine = Engine.open();
        Session session = engine.session();
        PreparedStatement prepared = engine.prepare("SELECT * FROM range($n) -- all of them");
        Transaction transaction = engine.begin()) {
      session.execute("CREATE TEMP TABLE mine AS FROM range(7)");
      transaction.execute("CREATE TABLE theirs AS FROM range(8)");
      for (var query :
          Map.of(
                  3L, engine.sql("CREATE OR REPLACE TABLE t AS FROM range(3); FROM t; -- the end"),
                  5L, engine.sql("FROM range(?) /* here */ ;").with(5),
                  6L, prepared.with(Map.of("n", 6)),
                  7L, session.sql("FROM mine"),
                  8L, transaction.sql("FROM theirs"))
              .entrySet()) {
        for (int i = 0; i < 2; i++) {
          Path file = folder.resolve("rows" + query.getKey() + i);
          assertThat(query.getValue().export(format, ExportTarget.file(file)).rows()).isEqualTo(query.getKey());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void noRowsMakeAFileToo(ExportFormat format) {
    Path file = folder.resolve("rows");
    try (Engine engine = Engine.open()) {
      ExportReport report = engine.sql("SELECT 1 AS n, 'x' AS t WHERE false").export(format, ExportTarget.file(file));
      assertThat(report.rows()).isZero();
      assertThat(file).hasSize(report.bytes());
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aFailureLeavesNothingBehind(ExportFormat format) throws IOException {
    Path file = folder.resolve("rows");
    String failing = "SELECT CAST(CASE WHEN range = 50_000 THEN 'x' ELSE '1' END AS INTEGER) AS n FROM range(60_000)";
    try (Engine engine = Engine.builder().threads(1).open()) {
      assertThatThrownBy(() -> engine.sql(failing).export(format, ExportTarget.file(file)))
          .isInstanceOf(ConversionException.class)
          .hasMessageContaining("Could not convert string 'x'");
      assertThatThrownBy(() -> engine.sql("SELECT x FROM range(3)").export(format, ExportTarget.file(file)))
          .isInstanceOfSatisfying(
              BinderException.class,
              e -> assertThat(e.position()).as("the place in the text that was given").hasValue(7));
      assertThatThrownBy(() ->
              engine
                  .sql(SLOW)
                  .timeLimit(Duration.ofMillis(200))
                  .export(format, ExportTarget.stream(new ByteArrayOutputStream())))
          .isInstanceOf(TimeLimitException.class);
      assertThat(folder).isEmptyDirectory();
      Files.writeString(file, "before");
      assertThatThrownBy(() -> engine.sql(failing).export(format, ExportTarget.replacing(file)))
          .isInstanceOf(ConversionException.class);
      assertThat(file).hasContent("before");
      assertThat(engine.statistics().failed()).isEqualTo(3);
      assertThat(engine.statistics().cancelled()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aFileThatExistsIsReplacedOnlyWhereThatIsWanted(ExportFormat format) throws IOException {
    Path file = folder.resolve("rows");
    Files.writeString(file, "before");
    try (Engine engine = Engine.open()) {
      var query = engine.sql("SELECT 1 AS n");
      assertThatThrownBy(() -> query.export(format, ExportTarget.file(file)))
          .isInstanceOf(IoException.class)
          .hasMessageContaining("exists already");
      assertThat(file).hasContent("before");
      ExportReport report = query.export(format, ExportTarget.replacing(file));
      assertThat(file).hasSize(report.bytes());
      assertThatThrownBy(() -> query.export(format, ExportTarget.replacing(folder)))
          .isInstanceOf(IoException.class)
          .hasMessageContaining("is a folder");
      assertThatThrownBy(() -> query.export(format, ExportTarget.file(folder.resolve("missing/rows"))))
          .isInstanceOf(IoException.class)
          .hasMessageContaining("missing");
      assertThat(engine.liveHandles().results()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aDiskThatIsFullIsAnIoException(ExportFormat format) throws IOException {
    // A device that takes bytes as a full disk does; there is none on other systems.
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    try (Engine engine = Engine.open();
        OutputStream stream = Files.newOutputStream(full)) {
      AtomicReference<QueryMetrics> told = new AtomicReference<>();
      assertThatThrownBy(() ->
              engine
                  .sql("SELECT range AS n FROM range(100_000)")
                  .onMetrics(told::set)
                  .export(format, ExportTarget.stream(stream)))
          .isInstanceOfSatisfying(IoException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IO))
          .hasRootCauseInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      assertThat(engine.statistics().failed()).isEqualTo(1);
      assertThat(engine.liveHandles().results()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void whatAStreamThrowsComesThroughAndStopsTheQuery(ExportFormat format) {
    try (Engine engine = Engine.open()) {
      OutputStream broken =
          new OutputStream() {
            @Override
            public void write(int b) {
              throw new IllegalCallerException("broken");
            }
          };
      assertThatThrownBy(
              () -> engine.sql("SELECT range AS n FROM range(100_000)").export(format, ExportTarget.stream(broken)))
          .isInstanceOf(IllegalCallerException.class);
      assertThat(engine.liveHandles().results()).isZero();
      assertThat(engine.liveHandles().batches()).isZero();
    }
  }

  @Test
  void aChannelThatDoesNotBlockIsRefused() throws IOException {
    Pipe pipe = Pipe.open();
    try (Engine engine = Engine.open();
        Pipe.SinkChannel sink = pipe.sink();
        Pipe.SourceChannel source = pipe.source()) {
      sink.configureBlocking(false);
      assertThatThrownBy(() -> engine.sql("SELECT 1").export(ExportFormat.csv(), ExportTarget.channel(sink)))
          .isInstanceOf(InvalidInputException.class);
      assertThat(source.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void cancellingTheFutureStopsTheExport(ExportFormat format) throws Exception {
    Path file = folder.resolve("rows");
    try (Engine engine = Engine.open()) {
      CountDownLatch running = new CountDownLatch(1);
      AtomicReference<QueryMetrics> ended = new AtomicReference<>();
      CountDownLatch told = new CountDownLatch(1);
      CompletableFuture<ExportReport> future =
          engine
              .sql(SLOW)
              .onProgress(progress -> running.countDown())
              .onMetrics(metrics -> {
                ended.set(metrics);
                told.countDown();
              })
              .exportAsync(format, ExportTarget.file(file));
      assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
      future.cancel(true);
      assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
      assertThat(told.await(60, TimeUnit.SECONDS)).as("the query ends").isTrue();
      assertThat(file).doesNotExist();
      assertThat(engine.sql("SELECT 1 AS n").exportAsync(format, ExportTarget.file(file)).get().rows()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void progressAndMetricsTellOfTheRows(ExportFormat format) throws Exception {
    try (Engine engine = Engine.open()) {
      AtomicReference<Progress> last = new AtomicReference<>();
      CompletableFuture<QueryMetrics> metrics = new CompletableFuture<>();
      engine
          .sql("SELECT range AS n FROM range(50_000)")
          .onProgress(last::set)
          .onMetrics(metrics::complete)
          .export(format, ExportTarget.stream(new ByteArrayOutputStream()));
      assertThat(metrics.get(60, TimeUnit.SECONDS).rows()).isEqualTo(50_000);
      assertThat(last).doesNotHaveNullValue();
    }
  }

  @Test
  void rowsOfAnyStatementGoToArrowAndThoseOfASelectToTheOthers() {
    try (Engine engine = Engine.open()) {
      engine.execute("CREATE TABLE t (n INTEGER)");
      var insert = engine.sql("INSERT INTO t VALUES (1), (2) RETURNING n");
      assertThat(insert.export(ExportFormat.arrowStream(), ExportTarget.stream(new ByteArrayOutputStream())).rows())
          .isEqualTo(2);
      assertThatThrownBy(() -> insert.export(ExportFormat.csv(), ExportTarget.file(folder.resolve("rows"))))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("SELECT");
      // Text that would be another statement within a COPY.
      assertThatThrownBy(() ->
              engine
                  .sql("SELECT 1) TO '" + folder.resolve("other") + "'; SELECT (2")
                  .export(ExportFormat.csv(), ExportTarget.file(folder.resolve("rows"))))
          .isInstanceOf(SyntaxException.class);
      assertThat(folder).isEmptyDirectory();
      assertThat(engine.query("SELECT count(*) AS n FROM t").as(Count.class)).containsExactly(new Count(2));
    }
  }

  @Test
  void optionsOfTextAreWrittenAsToldAndNamesChooseTheCompression() throws IOException {
    try (Engine engine = Engine.open()) {
      var query = engine.sql("SELECT 1 AS a, NULL AS b UNION ALL SELECT 2, 'x;y' ORDER BY a");
      assertThat(text(query.export(ExportFormat.csv(), to("a.csv")), "a.csv")).isEqualTo("a,b\n1,\n2,x;y\n");
      CsvFormat other = ExportFormat.csv().delimiter(';').quote('\'').header(false).nullText("-");
      assertThat(text(query.export(other, to("b.csv")), "b.csv")).isEqualTo("1;-\n2;'x;y'\n");
      assertThat(text(query.export(ExportFormat.json(), to("a.json")), "a.json"))
          .isEqualTo("[\n\t{\"a\":1,\"b\":null},\n\t{\"a\":2,\"b\":\"x;y\"}\n]\n");
      assertThat(text(query.export(ExportFormat.jsonLines(), to("b.json")), "b.json"))
          .isEqualTo("{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"x;y\"}\n");
      query.export(ExportFormat.csv(), to("c.csv.gz"));
      try (GZIPInputStream unpacked =
          new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("c.csv.gz"))))) {
        assertThat(new String(unpacked.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("a,b\n1,\n2,x;y\n");
      }
      query.export(ExportFormat.jsonLines(), to("c.json.zst"));
      assertThat(HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("c.json.zst")), 0, 4))
          .isEqualTo("28b52ffd");
      query.export(ExportFormat.csv().compression(TextCompression.NONE), to("d.csv.gz"));
      assertThat(folder.resolve("d.csv.gz")).hasContent("a,b\n1,\n2,x;y\n");
    }
  }

  private ExportTarget to(String name) {
    return ExportTarget.file(folder.resolve(name));
  }

  private String text(ExportReport report, String name) throws IOException {
    assertThat(report.rows()).isEqualTo(2);
    return Files.readString(folder.resolve(name));
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> ExportFormat.csv().delimiter('"'),
            () -> ExportFormat.csv().delimiter('\n'),
            () -> ExportFormat.csv().quote('ü'),
            () -> ExportFormat.csv().quote((char) 0),
            () -> ExportFormat.parquet().rowGroupSize(0))) {
      assertThatThrownBy(wrong::run).isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void rowGroupsHaveTheSizeThatIsAskedFor() {
    try (Engine engine = Engine.open()) {
      Path file = folder.resolve("rows.parquet");
      engine
          .sql("SELECT range AS n FROM range(20_480)")
          .export(ExportFormat.parquet().rowGroupSize(4096), ExportTarget.file(file));
      assertThat(
              engine
                  .query("SELECT max(num_row_groups) AS n FROM parquet_file_metadata('" + file + "')")
                  .as(Count.class))
          .containsExactly(new Count(5));
    }
  }

  @Test
  void aPathMayHoldAnything() {
    try (Engine engine = Engine.open()) {
      Path file = folder.resolve("it's \"ö\" {} * ?.csv");
      engine.sql("SELECT 1 AS n").export(ExportFormat.csv(), ExportTarget.file(file));
      assertThat(file).hasContent("n\n1\n");
    }
  }

  @Test
  void aVirtualThreadMayExport() throws Exception {
    try (Engine engine = Engine.open()) {
      CompletableFuture<Long> rows = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            long sum = 0;
            for (ExportFormat format : formats()) {
              sum +=
                  engine
                      .sql("SELECT range AS n FROM range(20_000)")
                      .export(format, ExportTarget.channel(Channels.newChannel(new ByteArrayOutputStream())))
                      .rows();
            }
            rows.complete(sum);
          });
      assertThat(rows.get(60, TimeUnit.SECONDS)).isEqualTo(20_000L * formats().size());
    }
  }

  @Test
  void anEngineThatIsClosedStopsTheExport() throws Exception {
    Engine engine = Engine.open();
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<ExportReport> future =
        engine
            .sql(SLOW)
            .onProgress(progress -> running.countDown())
            .exportAsync(ExportFormat.parquet(), ExportTarget.file(folder.resolve("rows")));
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    engine.close();
    assertThatThrownBy(future::join).hasCauseInstanceOf(DataPrismException.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
