package io.dataprism.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueryClockTest {
  // Times as System.nanoTime() gives them may be about to overflow.
  private static final long START = Long.MAX_VALUE - 10;

  private static long at(long nanosSinceStart) {
    return START + nanosSinceStart;
  }

  @Test
  void theLimitIsReachedWhenItsTimeHasPassed() {
    QueryClock clock = new QueryClock(Duration.ofNanos(100), START);
    assertThat(clock.isLimited()).isTrue();
    assertThat(clock.isUp(at(99))).isFalse();
    assertThat(clock.remainingNanos(at(99))).isEqualTo(1);
    assertThat(clock.isUp(at(100))).isTrue();
    assertThat(clock.sinceStart(at(100))).isEqualTo(100);
  }

  @Test
  void withoutALimitThereIsNoEnd() {
    assertThat(new QueryClock(null, START).isUp(at(Long.MAX_VALUE))).isFalse();
    assertThat(new QueryClock(Duration.ofSeconds(Long.MAX_VALUE), START).isUp(at(Long.MAX_VALUE))).isFalse();
  }

  @Test
  void pausesDoNotCountAgainstTheLimit() {
    QueryClock clock = new QueryClock(Duration.ofNanos(100), START);
    clock.pause(at(60));
    assertThat(clock.remainingNanos(at(1_000))).isEqualTo(40);
    assertThat(clock.isUp(at(1_000))).isFalse();
    clock.resume(at(1_000));
    assertThat(clock.remainingNanos(at(1_010))).isEqualTo(30);
    clock.pause(at(1_010));
    clock.resume(at(5_000));
    assertThat(clock.isUp(at(5_029))).isFalse();
    assertThat(clock.isUp(at(5_030))).isTrue();
    assertThat(clock.sinceStart(at(5_030))).as("the time since the start has no pauses").isEqualTo(5_030);
  }

  @Test
  void pausingTwiceIsPausingOnceAndResumingTwiceIsResumingOnce() {
    QueryClock clock = new QueryClock(Duration.ofNanos(100), START);
    clock.resume(at(10));
    assertThat(clock.remainingNanos(at(10))).isEqualTo(90);
    clock.pause(at(20));
    clock.pause(at(30));
    clock.resume(at(40));
    clock.resume(at(50));
    assertThat(clock.remainingNanos(at(50))).isEqualTo(70);
  }
}
