package io.dataprism.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.PreparedStatement;
import io.dataprism.Query;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Readers through the cache while others write.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CacheConcurrencyTest {
  private static final int WRITES = 1_500;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void nobodyReadsWhatWasTrueOnlyBeforeTheReadBegan() throws Exception {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(1 << 20)).open()) {
      engine.execute("CREATE TABLE counter AS SELECT 0::BIGINT AS n; CREATE VIEW seen AS SELECT n FROM counter");
      AtomicLong acknowledged = new AtomicLong();
      CompletableFuture<?> writer =
          run(() -> {
            try (PreparedStatement add = engine.prepare("UPDATE counter SET n = n + 1")) {
              for (int i = 1; i <= WRITES; i++) {
                write(engine, add, i);
                acknowledged.set(i);
              }
            }
          });
      List<CompletableFuture<?>> readers = new ArrayList<>();
      Query counter = engine.sql("SELECT n FROM counter");
      Query seen = engine.sql("SELECT n FROM seen");
      for (LongSupplier read :
          List.<LongSupplier>of(
              () -> one(counter.cached()),
              () -> one(seen.cached()),
              () -> one(counter.cached()),
              () -> seen.<Long>compute("one", CacheConcurrencyTest::one, value -> Long.BYTES))) {
        readers.add(
            run(() -> {
              long last = 0;
              while (!writer.isDone()) {
                long atLeast = Math.max(last, acknowledged.get());
                last = read.getAsLong();
                assertThat(last).isGreaterThanOrEqualTo(atLeast);
              }
            }));
      }
      writer.get();
      for (CompletableFuture<?> reader : readers) {
        reader.get();
      }
      assertThat(one(engine.sql("SELECT n FROM counter").cached())).isEqualTo(WRITES);
      CacheStatistics statistics = engine.cache().statistics();
      assertThat(statistics.hits()).as(statistics.toString()).isPositive();
      assertThat(statistics.invalidations()).as(statistics.toString()).isPositive();
    }
  }

  private static void write(Engine engine, PreparedStatement add, int i) {
    switch (i % 4) {
      case 0 -> engine.execute("UPDATE counter SET n = n + 1");
      case 1 -> add.execute();
      case 2 -> engine.execute("BEGIN; UPDATE counter SET n = n + 1; COMMIT");
      default -> engine.query("UPDATE counter SET n = n + 1 RETURNING n").close();
    }
  }

  @Test
  void evictionsAndClearsDoNotTakeMemoryFromReaders() throws Exception {
    try (Engine engine = Engine.builder().cache(CacheOptions.ofBytes(150_000).withMaxEntryBytes(100_000)).open()) {
      List<CompletableFuture<?>> readers = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread;
        readers.add(
            run(() -> {
              for (int i = 0; i < 500; i++) {
                int from = (first + i) % 7;
                long sum = 0;
                try (QueryResult result =
                    engine.sql("SELECT range + " + from + " AS n FROM range(5000)").cached().run()) {
                  for (RecordBatch batch : result) {
                    for (long row = 0; row < batch.rowCount(); row++) {
                      sum += batch.int64("n").get(row);
                    }
                  }
                }
                assertThat(sum).isEqualTo(4999L * 5000 / 2 + 5000L * from);
                if (i % 50 == 0) {
                  engine.cache().clear();
                }
              }
            }));
      }
      for (CompletableFuture<?> reader : readers) {
        reader.get();
      }
      CacheStatistics statistics = engine.cache().statistics();
      assertThat(statistics.hits() + statistics.misses()).isEqualTo(2_000);
      assertThat(statistics.evictions()).isPositive();
      assertThat(statistics.bytes()).isLessThanOrEqualTo(150_000);
      assertThat(statistics.entries()).isEqualTo(engine.liveHandles().cachedResults());
      engine.cache().clear();
      assertThat(engine.cache().statistics().bytes()).isZero();
      assertThat(engine.liveHandles().cachedResults()).isZero();
    }
  }

  private static CompletableFuture<?> run(Runnable task) {
    return CompletableFuture.runAsync(task, work -> Thread.ofPlatform().start(work));
  }

  private static long one(Query query) {
    try (QueryResult result = query.run()) {
      return one(result);
    }
  }

  private static long one(QueryResult result) {
    return Objects.requireNonNull(result.next()).int64(0).get(0);
  }
}
