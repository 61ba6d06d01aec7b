package io.dataprism.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class WorkerThreadsTest {
  private final AtomicBoolean exhausted = new AtomicBoolean();
  private final AtomicInteger made = new AtomicInteger();

  /// A thread that the system may not be able to start.
  private Thread thread(Runnable task) {
    return new Thread(task) {
      @Override
      public void start() {
        if (exhausted.get()) {
          throw new OutOfMemoryError("unable to create a thread, on purpose");
        }
        made.incrementAndGet();
        setDaemon(true);
        super.start();
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void threadsAreMadeUpToTheirNumberAndUsedAgain() throws Exception {
    FairQueue queue = new FairQueue(1_000, 1_000);
    try (WorkerThreads threads = new WorkerThreads(this::thread, 3, queue)) {
      for (int round = 0; round < 50; round++) {
        CountDownLatch atOnce = new CountDownLatch(3);
        CountDownLatch done = new CountDownLatch(20);
        for (int i = 0; i < 3; i++) {
          // Each waits for the others: one that was not given a thread of its own would keep all from ending.
          threads.execute(
              false,
              null,
              () -> {
                atOnce.countDown();
                await(atOnce);
                done.countDown();
              });
        }
        for (int i = 0; i < 17; i++) {
          threads.execute(i % 2 == 0, null, done::countDown);
        }
        done.await();
      }
      assertThat(made).hasValueLessThanOrEqualTo(3);
    }
  }

  @Test
  void aTaskIsNotStrandedWhereNoThreadCanBeMade() throws Exception {
    FairQueue queue = new FairQueue(10, 10);
    try (WorkerThreads threads = new WorkerThreads(this::thread, 2, queue)) {
      exhausted.set(true);
      assertThatThrownBy(() -> threads.execute(false, null, () -> {}))
          .isInstanceOf(OverloadedException.class)
          .hasMessageContaining("no thread")
          .hasCauseInstanceOf(OutOfMemoryError.class);
      assertThat(threads.execute(true, null, () -> {})).as("the caller is to run it").isNull();
      assertThat(queue.size()).isZero();

      exhausted.set(false);
      CountDownLatch go = new CountDownLatch(1);
      assertThat(threads.execute(false, null, () -> await(go))).isNotNull();
      exhausted.set(true);
      // The one thread that there is serves it later.
      CountDownLatch served = new CountDownLatch(1);
      assertThat(threads.execute(false, null, served::countDown)).isNotNull();
      go.countDown();
      served.await();
    }
  }

  @Test
  void aTaskThatFailsOrLeavesItsThreadInterruptedDoesNotHarmTheNext() throws Exception {
    FairQueue queue = new FairQueue(10, 10);
    try (WorkerThreads threads = new WorkerThreads(this::thread, 1, queue)) {
      List<Boolean> interrupted = new ArrayList<>();
      CountDownLatch done = new CountDownLatch(1);
      threads.execute(
          false,
          null,
          () -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("a task that fails, on purpose");
          });
      threads.execute(
          false,
          null,
          () -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            done.countDown();
          });
      done.await();
      assertThat(interrupted).containsExactly(false);
      assertThat(made).hasValue(1);
    }
  }

  @Test
  void whatWaitsWhenItIsClosedStillRuns() throws Exception {
    WorkerThreads threads = new WorkerThreads(this::thread, 1, new FairQueue(10, 10));
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch served = new CountDownLatch(1);
    threads.execute(false, null, () -> await(go));
    threads.execute(false, null, served::countDown);
    threads.close();
    assertThat(threads.execute(false, null, () -> {})).as("the caller is to run it").isNull();
    go.countDown();
    served.await();
  }
}
