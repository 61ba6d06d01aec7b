package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.ConfigurationException;
import io.dataprism.error.OverloadedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Groups of queries that wait for the same workers.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FairnessTest {
  private static final String ENDLESS = "SELECT count(*) FROM range(1000000000000000)";

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// Gives the only worker of an engine something to do until the future is cancelled.
  private static CompletableFuture<Long> occupy(Engine engine) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Long> endless = engine.sql(ENDLESS).onProgress(progress -> begun.countDown()).executeAsync();
    begun.await();
    return endless;
  }

  @Test
  void aGroupWithManyQueriesDoesNotHoldUpAnother() throws Exception {
    try (Engine engine = Engine.builder().workers(1).open()) {
      CompletableFuture<Long> endless = occupy(engine);
      List<String> order = Collections.synchronizedList(new ArrayList<>());
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        String name = "greedy " + i;
        all.add(engine.sql("SELECT 1").group("greedy").executeAsync().thenAccept(changed -> order.add(name)));
      }
      all.add(engine.sql("SELECT 1").group("modest").executeAsync().thenAccept(changed -> order.add("modest")));
      // On a virtual thread, a query waits for a worker too.
      Thread virtual =
          Thread.ofVirtual()
              .start(() -> {
                engine.sql("SELECT 1").group("virtual").execute();
                order.add("virtual");
              });
      while (virtual.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      endless.cancel(true);
      virtual.join();
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
      assertThat(order).hasSize(1_002).startsWith("greedy 0", "modest");
      // The thread itself adds its entry, and may be late by some.
      assertThat(order.indexOf("virtual")).isLessThan(900);
    }
  }

  @Test
  void aGroupThatIsFullIsNamed() throws Exception {
    try (Engine engine = Engine.builder().workers(1).maxQueuedPerGroup(2).open()) {
      CompletableFuture<Long> endless = occupy(engine);
      List<CompletableFuture<Long>> waiting = new ArrayList<>();
      waiting.add(engine.sql("SELECT 1").group("acme").executeAsync());
      waiting.add(engine.sql("SELECT 1").group("acme").executeAsync());
      assertThatThrownBy(() -> engine.sql("SELECT 1").group("acme").executeAsync())
          .isInstanceOf(OverloadedException.class)
          .hasMessageContaining("'acme'");
      waiting.add(engine.sql("SELECT 1").group("other").executeAsync());
      waiting.add(engine.sql("SELECT 1").executeAsync());
      endless.cancel(true);
      waiting.forEach(CompletableFuture::join);
      assertThat(engine.sql("SELECT 1").group("acme").executeAsync().join()).isZero();
    }
    assertThatThrownBy(() -> Engine.builder().maxQueuedPerGroup(0)).isInstanceOf(ConfigurationException.class);
  }
}
