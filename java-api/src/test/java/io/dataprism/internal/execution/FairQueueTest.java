package io.dataprism.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.error.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final List<String> served = new ArrayList<>();

  private FairQueue.Ticket add(FairQueue queue, @Nullable String group, String task) {
    return queue.add(group, () -> served.add(task));
  }

  private List<String> drain(FairQueue queue) {
    for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
      task.run();
    }
    return served;
  }

  @Test
  void withoutGroupsTheOrderIsThatOfArrival() {
    FairQueue queue = new FairQueue(100, 100);
    for (int i = 0; i < 5; i++) {
      add(queue, null, "" + i);
    }
    assertThat(drain(queue)).containsExactly("0", "1", "2", "3", "4");
    assertThat(queue.poll()).isNull();
  }

  @Test
  void groupsAreServedInTurn() {
    FairQueue queue = new FairQueue(100, 100);
    add(queue, "a", "a1");
    add(queue, "a", "a2");
    add(queue, "a", "a3");
    add(queue, null, "-1");
    add(queue, "b", "b1");
    add(queue, "b", "b2");
    add(queue, null, "-2");
    assertThat(drain(queue)).containsExactly("a1", "-1", "b1", "a2", "-2", "b2", "a3");
  }

  @Test
  void aGroupWithThousandsDoesNotHoldUpAnother() {
    FairQueue queue = new FairQueue(100_000, 100_000);
    for (int i = 0; i < 10_000; i++) {
      add(queue, "greedy", "g" + i);
    }
    add(queue, "modest", "m");
    for (int i = 0; i < 2; i++) {
      Runnable task = queue.poll();
      assertThat(task).isNotNull();
      task.run();
    }
    assertThat(served).containsExactly("g0", "m");
    // Coming back does not give a group a better place than waiting would have.
    add(queue, "modest", "m2");
    assertThat(drain(queue)).startsWith("g0", "m", "g1", "m2", "g2").hasSize(10_002);
  }

  @Test
  void whatHasBegunComesFirstAndIsNeverRefused() {
    FairQueue queue = new FairQueue(1, 1);
    add(queue, "a", "new");
    queue.addBegun(() -> served.add("begun"));
    queue.addBegun(() -> served.add("begun later"));
    assertThat(queue.queued()).isEqualTo(1);
    assertThat(drain(queue)).containsExactly("begun", "begun later", "new");
  }

  @Test
  void whoLeavesMakesRoomAtOnceAndIsNotServed() {
    FairQueue queue = new FairQueue(3, 2);
    FairQueue.Ticket first = add(queue, "a", "a1");
    FairQueue.Ticket second = add(queue, "a", "a2");
    FairQueue.Ticket other = add(queue, null, "-1");
    FairQueue.Ticket begun = queue.addBegun(() -> served.add("begun"));
    assertThat(queue.size()).isEqualTo(4);
    assertThat(first.remove()).isTrue();
    assertThat(first.remove()).as("removed already").isFalse();
    assertThat(begun.remove()).isTrue();
    assertThat(begun.remove()).isFalse();
    assertThat(queue.queued()).isEqualTo(2);
    add(queue, "a", "a3");
    assertThatThrownBy(() -> add(queue, "b", "b1")).isInstanceOf(OverloadedException.class);
    assertThat(other.remove()).isTrue();
    add(queue, "b", "b1");
    assertThat(drain(queue)).containsExactly("a2", "b1", "a3");
    assertThat(second.remove()).as("served already").isFalse();
    assertThat(queue.size()).isZero();
  }

  @Test
  void aGroupThatWasLeftByAllComesBackAtTheEndOfTheTurns() {
    FairQueue queue = new FairQueue(100, 100);
    FairQueue.Ticket only = add(queue, "a", "a1");
    add(queue, "b", "b1");
    assertThat(only.remove()).isTrue();
    add(queue, "a", "a2");
    assertThat(drain(queue)).containsExactly("b1", "a2");
  }

  @Test
  void boundsAreForAllAndForEachGroup() {
    FairQueue queue = new FairQueue(3, 2);
    add(queue, "a", "a1");
    add(queue, "a", "a2");
    assertThatThrownBy(() -> add(queue, "a", "a3"))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("2 queries of the group 'a' wait");
    add(queue, null, "-1");
    assertThatThrownBy(() -> add(queue, "b", "b1"))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("3 queries wait")
        .hasMessageNotContaining("group");
    assertThat(queue.queued()).isEqualTo(3);
    assertThat(drain(queue)).containsExactly("a1", "-1", "a2");
    add(queue, null, "-2");
    add(queue, null, "-3");
    assertThatThrownBy(() -> add(queue, null, "-4"))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("2 queries without a group wait");
  }

  @Test
  void manyThreadsLoseNothingAndServeNothingTwice() throws Exception {
    int threads = 8;
    int each = 5_000;
    FairQueue queue = new FairQueue(Integer.MAX_VALUE, Integer.MAX_VALUE);
    ConcurrentHashMap<Integer, Integer> runs = new ConcurrentHashMap<>();
    AtomicInteger remaining = new AtomicInteger(threads * each);
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t * each;
      String group = t % 3 == 0 ? null : "group " + t % 3;
      all.add(
          Thread.ofPlatform()
              .start(() -> {
                awaitLatch(go);
                for (int i = first; i < first + each; i++) {
                  int number = i;
                  Runnable task = () -> runs.merge(number, 1, Integer::sum);
                  if (i % 5 == 0) {
                    queue.addBegun(task);
                  } else {
                    queue.add(group, task);
                  }
                }
              }));
      all.add(
          Thread.ofPlatform()
              .start(() -> {
                awaitLatch(go);
                while (remaining.get() > 0) {
                  Runnable task = queue.poll();
                  if (task != null) {
                    task.run();
                    remaining.decrementAndGet();
                  }
                }
              }));
    }
    go.countDown();
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(runs).hasSize(threads * each).allSatisfy((number, count) -> assertThat(count).isEqualTo(1));
    assertThat(queue.queued()).isZero();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
