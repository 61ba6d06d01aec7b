package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.IoException;
import io.dataprism.error.NativeLoadException;
import io.dataprism.status.EngineStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LazyStartTest {
  @TempDir Path directory;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void theDatabaseIsOpenedByItsFirstUse() {
    Path file = directory.resolve("later.db");
    try (Engine engine = Engine.builder().database(file).lazy().open()) {
      assertThat(file).doesNotExist();
      EngineStatus before = engine.status();
      assertThat(before.state()).isEqualTo(EngineStatus.State.NOT_STARTED);
      assertThat(before.since()).isEmpty();
      assertThat(before.duckdbVersion()).isEmpty();
      assertThat(before.memory()).isEmpty();
      assertThat(engine.health().isHealthy()).isTrue();
      assertThat(file).as("looking at an engine does not start it").doesNotExist();
      engine.execute("CREATE TABLE t AS SELECT 1 AS n");
      assertThat(file).exists();
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.RUNNING);
      assertThat(engine.status().since()).isPresent();
    }
  }

  @Test
  void theLastWordOfTheBuilderCounts() {
    Path file = directory.resolve("eager.db");
    try (Engine engine = Engine.builder().database(file).lazy().eager().open()) {
      assertThat(file).exists();
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.RUNNING);
    }
    Path none = directory.resolve("none").resolve("eager.db");
    assertThatThrownBy(() -> Engine.builder().database(none).eager().open()).isInstanceOf(IoException.class);
  }

  @Test
  void everyUseStarts() {
    List<java.util.function.Consumer<Engine>> uses =
        List.of(
            engine -> engine.query("SELECT 1").close(),
            engine -> engine.queryAsync("SELECT 1").join().close(),
            engine -> engine.prepare("SELECT 1").close(),
            engine -> engine.session().close(),
            engine -> engine.begin().close(),
            engine -> engine.catalog().databases(),
            engine -> engine.explain("SELECT 1"),
            Engine::liveHandles,
            Engine::memory,
            Engine::duckdbVersion);
    for (var use : uses) {
      try (Engine engine = Engine.builder().lazy().threads(1).open()) {
        use.accept(engine);
        assertThat(engine.status().state()).isEqualTo(EngineStatus.State.RUNNING);
      }
    }
  }

  @Test
  void threadsThatUseItAtOnceOpenItOnce() throws Exception {
    Path file = directory.resolve("once.db");
    CountDownLatch start = new CountDownLatch(1);
    try (Engine engine = Engine.builder().database(file).lazy().open();
        var pool = Executors.newFixedThreadPool(16)) {
      List<Future<?>> uses = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        uses.add(
            pool.submit(() -> {
              start.await();
              // DuckDB refuses to open a file twice.
              engine.query("SELECT 1").close();
              return null;
            }));
      }
      start.countDown();
      for (Future<?> use : uses) {
        use.get();
      }
      assertThat(LiveHandles.ofProcess().engines()).isEqualTo(1);
    }
  }

  @Test
  void aFailureIsReportedByTheUseAndTheNextUseTriesAgain() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("no.db"), "this is no database, and long enough to be looked at".repeat(99));
    try (Engine engine = Engine.builder().database(file).lazy().open()) {
      assertThatThrownBy(() -> engine.query("SELECT 1"))
          .isInstanceOf(IoException.class)
          .hasMessageContaining(file.toString());
      EngineStatus failed = engine.status();
      assertThat(failed.state()).isEqualTo(EngineStatus.State.FAILED);
      assertThat(failed.lastFailure().orElseThrow().message()).contains(file.toString());
      assertThat(engine.health().failures())
          .singleElement()
          .satisfies(check -> assertThat(check.message()).contains(file.toString()));
      assertThatThrownBy(engine::session).isInstanceOf(IoException.class);
      Files.delete(file);
      engine.query("SELECT 1").close();
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.RUNNING);
      assertThat(engine.health().isHealthy()).isTrue();
    }
  }

  @Test
  void oneThatIsClosedBeforeItsUseStaysClosed() {
    Path file = directory.resolve("never.db");
    Engine engine = Engine.builder().database(file).lazy().open();
    engine.close();
    engine.close();
    assertThat(engine.isClosed()).isTrue();
    assertThatThrownBy(() -> engine.query("SELECT 1")).isInstanceOf(ClosedException.class);
    assertThatThrownBy(engine::session).isInstanceOf(ClosedException.class);
    assertThat(engine.status().state()).isEqualTo(EngineStatus.State.CLOSED);
    assertThat(file).doesNotExist();
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "what is mapped is read from /proc")
  void nothingNativeIsMappedBeforeTheFirstUse() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Mapped.class, List.of());
    assertThat(outcome.output()).isEqualTo("before: false\nafter: true\n");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void aLibraryThatIsMissingFailsTheUse() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Missing.class, List.of("-Ddataprism.library.path=" + directory));
    assertThat(outcome.output()).isEqualTo("LIBRARY_UNAVAILABLE\nLIBRARY_UNAVAILABLE\nFAILED\n");
    assertThat(outcome.exitCode()).isZero();
  }

  /// Tells whether the native library is mapped, before and after the first use.
  static final class Mapped {
    public static void main(String[] arguments) {
      try (Engine engine = Engine.builder().lazy().open()) {
        engine.status();
        engine.health();
        System.out.println("before: " + isMapped());
        engine.query("SELECT 1").close();
        System.out.println("after: " + isMapped());
      }
    }

    private static boolean isMapped() {
      try {
        String maps = Files.readString(Path.of("/proc/self/maps"));
        return maps.contains("libdataprism") || maps.contains("libduckdb");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Uses an engine twice whose library is missing.
  static final class Missing {
    public static void main(String[] arguments) {
      try (Engine engine = Engine.builder().lazy().open()) {
        for (int i = 0; i < 2; i++) {
          try {
            engine.query("SELECT 1").close();
          } catch (NativeLoadException e) {
            System.out.println(e.code());
          } catch (DataPrismException e) {
            System.out.println("unexpected: " + e);
          }
        }
        System.out.println(engine.status().state());
      }
    }
  }
}
