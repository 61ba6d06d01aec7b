package io.dataprism.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.StatementEffect;
import io.dataprism.error.DataPrismException;
import io.dataprism.internal.engine.NativeEngine;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// From when on changes are recorded, in an engine that is opened while somebody asks for its events.
class EngineObserverTest {
  private static final EngineHandle.Options IN_MEMORY =
      new EngineHandle.Options(null, false, 1, 0, null, 0, Runtime.getRuntime().maxMemory(), 0);

  private final EngineObserver observer = new EngineObserver(16, false);

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  /// Does something just before, and just after, the observer is told that the engine is open. Nobody else can see the
  /// engine in between.
  private NativeEngine engine(Runnable before, Runnable after) {
    return new NativeEngine(
        IN_MEMORY,
        new NativeEngine.StateListener() {
          @Override
          public void opened(EngineHandle handle) {
            before.run();
            observer.opened(handle);
            after.run();
          }

          @Override
          public void failed(DataPrismException e) {
            observer.failed(e);
          }
        });
  }

  private static List<StatementEffect> effectsOfAStatement(NativeEngine engine) {
    try (SessionHandle session = engine.get().session()) {
      session.execute("CREATE TABLE t (x INT)", ParameterList.positional());
      return session.takeEffects();
    } finally {
      engine.close();
    }
  }

  @Test
  void eventsThatAreAskedForBeforeTheEngineIsOpenAreRecorded() {
    assertThat(effectsOfAStatement(engine(observer::events, () -> {}))).hasSize(1);
  }

  @Test
  void eventsThatAreAskedForBeforeOthersSeeThatTheEngineIsOpenAreRecorded() {
    assertThat(effectsOfAStatement(engine(() -> {}, observer::events))).hasSize(1);
  }

  @Test
  void whatNobodyAsksForIsNotRecorded() {
    assertThat(effectsOfAStatement(engine(() -> {}, () -> {}))).isEmpty();
  }
}
