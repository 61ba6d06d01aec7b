package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.ConfigurationException;
import io.dataprism.error.OverloadedException;
import io.dataprism.event.QueryEnded;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Groups of queries that wait for the same workers.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FairnessTest {
  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aGroupWithManyQueriesDoesNotHoldUpAnother() throws Exception {
    try (Engine engine = Engine.builder().workers(1).eventHistory(10_000).open()) {
      CompletableFuture<Long> endless = Workers.occupy(engine);
      List<CompletableFuture<Long>> all = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        all.add(engine.sql("SELECT 'greedy " + i + "'").group("greedy").executeAsync());
      }
      all.add(engine.sql("SELECT 'modest'").group("modest").executeAsync());
      // On a virtual thread, a query waits for a worker too.
      Thread virtual = Thread.ofVirtual().start(() -> engine.sql("SELECT 'virtual'").group("virtual").execute());
      while (engine.status().queued() < 1_002) {
        Thread.onSpinWait();
      }
      endless.cancel(true);
      virtual.join();
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
      List<String> order = engine.events().history(QueryEnded.class).stream().map(QueryEnded::sql).toList();
      assertThat(order)
          .hasSize(1_003)
          .startsWith(Workers.ENDLESS, "SELECT 'greedy 0'", "SELECT 'modest'", "SELECT 'virtual'", "SELECT 'greedy 1'");
    }
  }

  @Test
  void aGroupThatIsFullIsNamed() throws Exception {
    try (Engine engine = Engine.builder().workers(1).maxQueuedPerGroup(2).open()) {
      CompletableFuture<Long> endless = Workers.occupy(engine);
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
