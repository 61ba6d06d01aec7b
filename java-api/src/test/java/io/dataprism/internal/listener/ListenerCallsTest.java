package io.dataprism.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ListenerCallsTest {
  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneThatIsBlockedDoesNotHoldUpAnother() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    ListenerCalls.tell(
        new Object(),
        "test",
        () -> {
          blocked.countDown();
          await(go);
        });
    blocked.await();
    CountDownLatch told = new CountDownLatch(1);
    ListenerCalls.tell(new Object(), "test", told::countDown);
    told.await();
    go.countDown();
  }

  @Test
  void theCallsOfOneAreMadeInTheirOrderAndNeverAtOnce() throws Exception {
    Object listener = new Object();
    AtomicInteger inCall = new AtomicInteger();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch all = new CountDownLatch(500);
    for (int i = 0; i < 500; i++) {
      int number = i;
      assertThat(
              ListenerCalls.tell(
                  listener,
                  "test",
                  () -> {
                    order.add(inCall.incrementAndGet() == 1 ? number : -1);
                    LockSupport.parkNanos(1_000);
                    inCall.decrementAndGet();
                    all.countDown();
                    if (number % 100 == 7) {
                      throw new IllegalStateException("a listener that fails, on purpose");
                    }
                  }))
          .isTrue();
    }
    all.await();
    assertThat(order).isSorted().hasSize(500).startsWith(0);
  }

  @Test
  void whatIsTooMuchIsDroppedAndCounted() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch idle = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    List<Integer> taken = Collections.synchronizedList(new ArrayList<>());
    SerialDelivery<Integer> delivery =
        new SerialDelivery<>(
            "test",
            2,
            item -> {
              begun.countDown();
              await(go);
              taken.add(item);
            },
            idle::countDown);
    assertThat(delivery.offer(0)).isTrue();
    begun.await();
    assertThat(delivery.offer(1)).isTrue();
    assertThat(delivery.offer(2)).isTrue();
    assertThat(delivery.offer(3)).isFalse();
    assertThat(delivery.offer(4)).isFalse();
    assertThat(delivery.dropped()).isEqualTo(2);
    assertThat(delivery.isIdle()).isFalse();
    go.countDown();
    idle.await();
    assertThat(taken).containsExactly(0, 1, 2);
    assertThat(delivery.isIdle()).isTrue();
  }

  @Test
  void oneThatIsCancelledGetsNothingMore() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch idle = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    SerialDelivery<Integer> delivery =
        new SerialDelivery<>(
            "test",
            10,
            item -> {
              calls.incrementAndGet();
              begun.countDown();
              await(go);
            },
            idle::countDown);
    delivery.offer(1);
    delivery.offer(2);
    begun.await();
    delivery.cancel();
    assertThat(delivery.offer(3)).isFalse();
    go.countDown();
    idle.await();
    assertThat(calls).hasValue(1);
    assertThat(delivery.dropped()).isZero();
  }
}
