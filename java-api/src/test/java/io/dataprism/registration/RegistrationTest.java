package io.dataprism.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.QueryResult;
import io.dataprism.Session;
import io.dataprism.cache.CacheOptions;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.ExecutionException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tables in Java's memory, in files and on their way, as SQL reads them.
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegistrationTest {
  private static final Schema NUMBERS = new Schema(List.of(new Field("n", Scalar.BIGINT, false)));

  private final Engine engine = Engine.open();

  @AfterEach
  void nothingStaysOpen() {
    engine.close();
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private long number(String sql, Object... parameters) {
    return number(engine, sql, parameters);
  }

  private static long number(Engine engine, String sql, Object... parameters) {
    try (QueryResult result = engine.query(sql, parameters)) {
      return result.iterator().next().int64(0).get(0);
    }
  }

  private static Table numbers(long from, long to) {
    return Table.builder().column("n", LongStream.range(from, to).toArray()).build();
  }

  @Test
  void memoryOfASharedArenaIsReadInPlace() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment values = arena.allocate(ValueLayout.JAVA_DOUBLE, 1_000_000);
      for (long i = 0; i < 1_000_000; i++) {
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, i / 2.0);
      }
      try (Registration prices = engine.register("Prices", Table.of("price", Scalar.DOUBLE, values))) {
        assertThat(prices.name()).isEqualTo("Prices");
        assertThat(prices.copiedBytes()).isZero();
        assertThat(number("SELECT (sum(price) * 2)::BIGINT FROM prices")).isEqualTo(499_999_500_000L);
        // What is read is the memory itself, not what it held when it was registered.
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, 0, 1_000);
        assertThat(number("SELECT (sum(price) * 2)::BIGINT FROM PRICES")).isEqualTo(499_999_502_000L);
      }
      assertThatExceptionOfType(CatalogException.class).isThrownBy(() -> number("SELECT 1::BIGINT FROM prices"));
    }
  }

  @Test
  void anArenaCannotBeClosedWhileItsMemoryIsRegistered() {
    Arena arena = Arena.ofShared();
    MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
    try (Registration numbers = engine.register("numbers", Table.of("n", Scalar.BIGINT, values))) {
      assertThatIllegalStateException().isThrownBy(arena::close);
      assertThat(number("SELECT sum(n)::BIGINT FROM numbers")).isEqualTo(6);
      assertThat(numbers.isClosed()).isFalse();
    }
    arena.close();
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.of("n", Scalar.BIGINT, values))
        .withMessageContaining("its arena is closed");
  }

  @Test
  void memoryOfOneThreadIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> Table.of("n", Scalar.BIGINT, values))
          .withMessageContaining("belongs to one thread")
          .satisfies(e -> assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("ofShared")));
    }
  }

  @Test
  void arraysAreCopiedOnceAndSaySo() {
    Table table =
        Table.builder()
            .column("l", new long[] {1, 2})
            .column("i", new int[] {3, 4})
            .column("d", new double[] {5, 6})
            .build();
    try (Registration registration = engine.register("arrays", table)) {
      assertThat(registration.copiedBytes()).isEqualTo(2 * (8 + 4 + 8));
      assertThat(number("SELECT (sum(l) + sum(i) + sum(d))::BIGINT FROM arrays")).isEqualTo(21);
    }
  }

  private enum Level {
    LOW,
    HIGH
  }

  private record Inner(int a, List<String> tags) {}

  private record Reading(
      long id,
      Double value,
      String name,
      Level level,
      LocalDate day,
      Instant moment,
      Inner nested,
      Map<String, Integer> more) {}

  @Test
  void recordsAreRows() {
    Reading full =
        new Reading(
            1,
            2.5,
            "eins",
            Level.HIGH,
            LocalDate.of(2026, 11, 25),
            Instant.parse("2026-11-25T12:00:00Z"),
            new Inner(7, List.of("a", "b")),
            Map.of("k", 3));
    Reading empty = new Reading(2, null, null, null, null, null, null, null);
    try (Registration table = engine.register("readings", Table.ofRecords(Reading.class, List.of(full, empty)))) {
      assertThat(table.copiedBytes()).isPositive();
      assertThat(
              number("SELECT count(*) FROM readings WHERE id = 1 AND value = 2.5 AND name = 'eins' AND level = 'HIGH'"))
          .isEqualTo(1);
      assertThat(number("SELECT count(*) FROM readings WHERE day = '2026-11-25' AND moment = '2026-11-25 12:00:00+00'"))
          .isEqualTo(1);
      assertThat(number("SELECT (nested.a + len(nested.tags) + more['k'])::BIGINT FROM readings WHERE id = 1"))
          .isEqualTo(12);
      assertThat(number("SELECT count(*) FROM readings WHERE COLUMNS(* EXCLUDE (id)) IS NULL")).isEqualTo(1);
    }
  }

  private record Priced(BigDecimal price) {}

  @Test
  void recordsTakeTypesOfTheCallersChoice() {
    List<Priced> rows = List.of(new Priced(new BigDecimal("1.25")), new Priced(new BigDecimal("2.5")));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.ofRecords(Priced.class, rows))
        .withMessageContaining("'price'");
    Schema schema = new Schema(List.of(new Field("price", new DataType.Decimal(9, 2), true)));
    try (Registration _ = engine.register("prices", Table.ofRecords(schema, Priced.class, rows))) {
      assertThat(number("SELECT (sum(price) * 100)::BIGINT FROM prices")).isEqualTo(375);
    }
    Table inexact = Table.ofRecords(schema, Priced.class, List.of(new Priced(new BigDecimal("1.255"))));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> engine.register("prices", inexact))
        .withMessageContaining("price");
    Schema other = new Schema(List.of(new Field("amount", new DataType.Decimal(9, 2), true)));
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Table.ofRecords(other, Priced.class, rows));
  }

  @Test
  void nullsAndTextsAreReadWhereTheyAre() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment utf8 =
          arena.allocateFrom(ValueLayout.JAVA_BYTE, "eine längere Zeichenkette, x".getBytes(StandardCharsets.UTF_8));
      MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_INT, 0, 27, 27, 29);
      MemorySegment validity = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 0b101);
      Table table =
          Table.builder()
              .text("t", offsets, utf8, MemorySegment.NULL)
              .column("n", Scalar.BIGINT, arena.allocateFrom(ValueLayout.JAVA_LONG, 7, 8, 9), validity)
              .build();
      try (Registration _ = engine.register("texts", table)) {
        assertThat(number("SELECT count(n) FROM texts")).isEqualTo(2);
        assertThat(number("SELECT sum(n)::BIGINT FROM texts WHERE length(t) = 26")).isEqualTo(7);
        assertThat(number("SELECT count(*) FROM texts WHERE t = ' x'")).isEqualTo(1);
      }
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    Table.Builder builder = Table.builder().column("a", new long[2]).column("b", new long[3]);
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(builder::build)
        .withMessageContaining("column 'b' has 3 rows, and 'a' has 2");
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Table.builder().build());
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.builder().column("a", new long[1]).column("A", new long[1]));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.of("a", Scalar.BIGINT, MemorySegment.ofArray(new byte[9])))
        .withMessageContaining("column 'a' has 9 bytes, and a BIGINT takes 8");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Table.of("a", Scalar.VARCHAR, MemorySegment.ofArray(new byte[9])));
  }

  @Test
  void invalidTextsAreFoundOut() {
    Table table =
        Table.builder()
            .text(
                "t",
                MemorySegment.ofArray(new int[] {0, 1}),
                MemorySegment.ofArray(new byte[] {(byte) 0xff}),
                MemorySegment.NULL)
            .build();
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> engine.register("t", table));
    Table decreasing =
        Table.builder()
            .text(
                "t", MemorySegment.ofArray(new int[] {0, 9, 2}), MemorySegment.ofArray(new byte[9]), MemorySegment.NULL)
            .build();
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> engine.register("t", decreasing));
  }

  @Test
  void namesThatAreTakenAreRefused() {
    engine.execute("CREATE TABLE taken (a INTEGER)");
    engine.execute("CREATE VIEW seen AS SELECT 1 AS a");
    for (String name : List.of("taken", "SEEN")) {
      assertThatExceptionOfType(CatalogException.class)
          .isThrownBy(() -> engine.register(name, numbers(0, 1)))
          .withMessageContaining(name);
    }
    try (Registration _ = engine.register("a name; with \"quotes\"", numbers(0, 5))) {
      assertThat(number("SELECT count(*) FROM \"a name; with \"\"quotes\"\"\"")).isEqualTo(5);
      assertThatExceptionOfType(CatalogException.class)
          .isThrownBy(() -> engine.register("A Name; with \"quotes\"", numbers(0, 1)))
          .withMessageContaining("already");
    }
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> engine.register("", numbers(0, 1)));
  }

  @Test
  @SuppressWarnings("try")
  void sessionsAndPreparedStatementsAndViewsFindIt() {
    try (Registration first = engine.register("t", numbers(0, 10));
        Session session = engine.session();
        PreparedStatement statement = engine.prepare("SELECT sum(n)::BIGINT FROM t WHERE n > ?")) {
      session.execute("CREATE TEMP VIEW v AS SELECT n * 2 AS m FROM t");
      try (QueryResult result = session.query("SELECT sum(m)::BIGINT FROM v")) {
        assertThat(result.iterator().next().int64(0).get(0)).isEqualTo(90);
      }
      try (QueryResult result = statement.query(7)) {
        assertThat(result.iterator().next().int64(0).get(0)).isEqualTo(17);
      }
      first.close();
      assertThatExceptionOfType(CatalogException.class).isThrownBy(() -> statement.query(7).close());
      // The same name means another table then.
      try (Registration _ = engine.register("t", numbers(100, 102));
          QueryResult result = statement.query(7)) {
        assertThat(result.iterator().next().int64(0).get(0)).isEqualTo(201);
      }
    }
  }

  @Test
  void insertingKeepsTheOrder() {
    try (Registration _ = engine.register("t", numbers(0, 1_000_000))) {
      engine.execute("CREATE TABLE kept AS SELECT * FROM t");
      engine.execute("INSERT INTO kept SELECT * FROM t");
      assertThat(
              number(
                  "SELECT count(*) FROM (SELECT n, row_number() OVER () - 1 AS place FROM kept) WHERE n <> place %"
                      + " 1000000"))
          .isZero();
      assertThat(number("SELECT count(*) FROM kept")).isEqualTo(2_000_000);
    }
  }

  @Test
  void virtualThreadsMayRegisterAndClose() throws Exception {
    Runnable work =
        () -> {
          try (Registration _ = engine.register("virtual", numbers(0, 10))) {
            assertThat(number("SELECT count(*) FROM virtual")).isEqualTo(10);
          }
        };
    CompletableFuture.runAsync(work, Thread::startVirtualThread).get(1, TimeUnit.MINUTES);
    assertThatExceptionOfType(CatalogException.class).isThrownBy(() -> number("SELECT count(*) FROM virtual"));
  }

  @Test
  void anOpenResultKeepsTheTableAndClosingSaysSo() {
    Registration registration = engine.register("t", numbers(0, 1_000_000));
    try (QueryResult result = engine.query("SELECT n FROM t")) {
      result.next();
      assertThatExceptionOfType(BusyException.class).isThrownBy(registration::close).withMessageContaining("'t'");
      assertThat(registration.isClosed()).isFalse();
      assertThat(number("SELECT count(*) FROM t")).isEqualTo(1_000_000);
    }
    registration.close();
    registration.close();
    assertThat(registration.isClosed()).isTrue();
  }

  @Test
  void closingWaitsForAQueryThatRuns() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Iterator<Table> pieces =
        IntStream.range(0, 3)
            .mapToObj(i -> {
              reading.countDown();
              await(goOn);
              return numbers(i, i + 1);
            })
            .iterator();
    Registration registration = engine.register("t", Table.ofPieces(NUMBERS, pieces));
    CompletableFuture<Long> sum =
        CompletableFuture.supplyAsync(() -> number("SELECT sum(n)::BIGINT FROM t"), Thread::startVirtualThread);
    await(reading);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(registration::close, Thread::startVirtualThread);
    assertThat(closing).isNotDone();
    goOn.countDown();
    closing.get(1, TimeUnit.MINUTES);
    assertThat(sum.get(1, TimeUnit.MINUTES)).isEqualTo(3);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anIteratorIsReadOnce() {
    try (Registration _ =
        engine.register(
            "t", Table.ofPieces(NUMBERS, List.of(numbers(0, 300_000), numbers(300_000, 300_001)).iterator()))) {
      assertThat(number("SELECT sum(n)::BIGINT FROM t")).isEqualTo(300_000L * 300_001 / 2);
      assertThatExceptionOfType(DataPrismException.class)
          .isThrownBy(() -> number("SELECT sum(n)::BIGINT FROM t"))
          .withMessageContaining("can be done once");
    }
  }

  @Test
  void aSupplierIsReadAgainAndAgain() {
    AtomicInteger readings = new AtomicInteger();
    Table table =
        Table.ofPieces(
            NUMBERS,
            () -> {
              readings.incrementAndGet();
              return List.of(numbers(0, 10), numbers(10, 20)).iterator();
            });
    try (Registration _ = engine.register("t", table)) {
      assertThat(number("SELECT sum(n)::BIGINT FROM t")).isEqualTo(190);
      assertThat(number("SELECT count(*) FROM t a JOIN t b USING (n)")).isEqualTo(20);
      assertThat(readings).hasValue(3);
    }
  }

  @Test
  void aStreamIsClosed() {
    AtomicBoolean closed = new AtomicBoolean();
    Stream<Table> pieces = Stream.of(numbers(0, 4)).onClose(() -> closed.set(true));
    try (Registration _ = engine.register("t", Table.ofPieces(NUMBERS, pieces))) {
      assertThat(number("SELECT sum(n)::BIGINT FROM t")).isEqualTo(6);
    }
    assertThat(closed).isTrue();
  }

  @Test
  @SuppressWarnings("try")
  void aPublisherIsSubscribedTo() {
    try (SubmissionPublisher<Table> publisher = new SubmissionPublisher<>(Thread::startVirtualThread, 4)) {
      try (Registration _ = engine.register("t", Table.ofPieces(NUMBERS, publisher))) {
        CompletableFuture<Long> sum =
            CompletableFuture.supplyAsync(() -> number("SELECT sum(n)::BIGINT FROM t"), Thread::startVirtualThread);
        while (publisher.getNumberOfSubscribers() == 0) {
          Thread.onSpinWait();
        }
        for (int i = 0; i < 50; i++) {
          publisher.submit(numbers(i, i + 1));
        }
        publisher.close();
        assertThat(sum.join()).isEqualTo(1225);
      }
    }
  }

  @Test
  void aPublisherThatDoesNotWaitIsAnError() {
    Flow.Publisher<Table> pushing =
        subscriber -> {
          subscriber.onSubscribe(
              new Flow.Subscription() {
                @Override
                public void request(long count) {}

                @Override
                public void cancel() {}
              });
          for (int i = 0; i < 10; i++) {
            subscriber.onNext(numbers(i, i + 1));
          }
          subscriber.onComplete();
        };
    try (Registration _ = engine.register("t", Table.ofPieces(NUMBERS, pushing))) {
      assertThatExceptionOfType(DataPrismException.class)
          .isThrownBy(() -> number("SELECT count(*) FROM t"))
          .withMessageContaining("more pieces than it was asked for");
    }
  }

  @Test
  void aFailureOfASourceIsTheQuerysAndTheEngineLivesOn() {
    Table failing =
        Table.ofPieces(
            NUMBERS,
            Stream.of(numbers(0, 3), numbers(3, 4))
                .map(piece -> {
                  if (piece != null) {
                    throw new IllegalArgumentException("no rows today");
                  }
                  return numbers(0, 1);
                }));
    try (Registration _ = engine.register("t", failing)) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> number("SELECT sum(n)::BIGINT FROM t"))
          .withMessageContaining("table 't'")
          .withMessageContaining("no rows today")
          .matches(e -> e.code() == ErrorCode.FUNCTION_FAILED)
          .havingCause()
          .isInstanceOf(IllegalArgumentException.class)
          .withMessage("no rows today")
          .satisfies(cause ->
              assertThat(cause.getStackTrace())
                  .anyMatch(frame -> frame.getClassName().equals(RegistrationTest.class.getName())));
    }
    Table others = Table.ofPieces(NUMBERS, List.of(Table.builder().column("m", new long[1]).build()).iterator());
    try (Registration _ = engine.register("t", others)) {
      assertThatExceptionOfType(DataPrismException.class)
          .isThrownBy(() -> number("SELECT sum(n)::BIGINT FROM t"))
          .withMessageContaining("the table has")
          .withCauseInstanceOf(InvalidInputException.class);
    }
    assertThat(number("SELECT 1::BIGINT")).isEqualTo(1);
  }

  @Test
  void aRegistrationCannotBeClosedByWhatItIsReadFrom() {
    Registration[] self = new Registration[1];
    Table table =
        Table.ofPieces(
            NUMBERS,
            () -> {
              self[0].close();
              return List.<Table>of().iterator();
            });
    try (Registration registration = engine.register("t", table)) {
      self[0] = registration;
      assertThatExceptionOfType(DataPrismException.class)
          .isThrownBy(() -> number("SELECT count(*) FROM t"))
          .withMessageContaining("wait for itself");
    }
  }

  @Test
  void aSourceClosesWhatItHasOpenedAndNotWhatItIsReadFor() {
    engine.execute("CREATE TABLE kept AS SELECT range AS n FROM range(3)");
    QueryResult before = engine.query("FROM kept");
    try (Session session = engine.session()) {
      Table table =
          Table.ofPieces(
              NUMBERS,
              () -> {
                long first = before.next().int64(0).get(0);
                before.close();
                assertThatExceptionOfType(BusyException.class).isThrownBy(session::close);
                assertThatExceptionOfType(BusyException.class).isThrownBy(engine::close);
                return List.of(numbers(first, 3)).iterator();
              });
      try (Registration _ = engine.register("t", table);
          QueryResult result = session.query("SELECT count(*) FROM t")) {
        assertThat(result.next().int64(0).get(0)).isEqualTo(3);
      }
    }
  }

  @Test
  void aSourceMayQueryTheEngine() {
    Table table = Table.ofPieces(NUMBERS, () -> List.of(numbers(0, number("SELECT 3::BIGINT"))).iterator());
    try (Registration _ = engine.register("t", table)) {
      assertThat(number("SELECT count(*) FROM t")).isEqualTo(3);
    }
  }

  @Test
  void filesThatAreNoneAreRefused(@TempDir Path folder) throws Exception {
    assertThatExceptionOfType(IoException.class)
        .isThrownBy(() -> engine.register("f", Table.ofArrowFile(folder.resolve("missing.arrow"))))
        .withMessageContaining("missing.arrow");
    for (String content : List.of("", "ARROW1", "no arrow at all, but long enough to have a footer")) {
      Path file = folder.resolve("file.arrow");
      Files.writeString(file, content);
      assertThatExceptionOfType(DataPrismException.class)
          .isThrownBy(() -> engine.register("f", Table.ofArrowFile(file)));
    }
  }

  @Test
  void closingTheEngineClosesWhatIsRegistered() {
    Engine other = Engine.open();
    Arena arena = Arena.ofShared();
    Registration registration =
        other.register("t", Table.of("n", Scalar.BIGINT, arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2)));
    QueryResult result = other.query("SELECT n FROM t, range(1000000)");
    result.next();
    other.close();
    assertThat(registration.isClosed()).isTrue();
    arena.close();
    assertThatExceptionOfType(ClosedException.class).isThrownBy(() -> other.register("t", numbers(0, 1)));
  }

  @Test
  void aCacheDoesNotTakeOneTableForAnother() {
    try (Engine caching = Engine.builder().cache(CacheOptions.ofBytes(1 << 20).forAllQueries()).open()) {
      String sql = "SELECT sum(n)::BIGINT FROM t";
      try (Registration _ = caching.register("t", numbers(0, 3))) {
        assertThat(number(caching, sql)).isEqualTo(3);
        assertThat(number(caching, sql)).isEqualTo(3);
      }
      try (Registration _ = caching.register("t", numbers(0, 4))) {
        assertThat(number(caching, sql)).isEqualTo(6);
      }
    }
  }

  @Test
  void aThousandRegistrationsLeaveNothingBehind() {
    for (int i = 0; i < 1_000; i++) {
      try (Registration _ = engine.register("t", numbers(0, i))) {
        if (i % 50 == 0) {
          assertThat(number("SELECT count(*) FROM t")).isEqualTo(i);
        }
      }
    }
    assertThat(engine.liveHandles().total()).isEqualTo(1);
  }
}
