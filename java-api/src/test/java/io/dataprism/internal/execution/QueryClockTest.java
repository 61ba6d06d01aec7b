package io.dataprism.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueryClockTest {
  // Times as System.nanoTime() gives them may be about to overflow.
  private static final long START = Long.MAX_VALUE - 10;

  @Test
  void theLimitIsReachedWhenItsTimeHasPassed() {
    QueryClock clock = new QueryClock(Duration.ofNanos(100), START);
    assertThat(clock.isLimited()).isTrue();
    assertThat(clock.isUp(START + 99)).isFalse();
    assertThat(clock.remainingNanos(START + 99)).isEqualTo(1);
    assertThat(clock.isUp(START + 100)).isTrue();
    assertThat(clock.sinceStart(START + 100)).isEqualTo(100);
  }

  @Test
  void withoutALimitThereIsNoEnd() {
    assertThat(new QueryClock(null, START).isUp(START + Long.MAX_VALUE)).isFalse();
    assertThat(new QueryClock(Duration.ofSeconds(Long.MAX_VALUE), START).isUp(START + Long.MAX_VALUE)).isFalse();
  }

  @Test
  void pausesDoNotCountAgainstTheLimit() {
    QueryClock clock = new QueryClock(Duration.ofNanos(100), START);
    clock.pause(START + 60);
    assertThat(clock.remainingNanos(START + 1_000)).isEqualTo(40);
    assertThat(clock.isUp(START + 1_000)).isFalse();
    clock.resume(START + 1_000);
    assertThat(clock.remainingNanos(START + 1_010)).isEqualTo(30);
    clock.pause(START + 1_010);
    clock.resume(START + 5_000);
    assertThat(clock.isUp(START + 5_029)).isFalse();
    assertThat(clock.isUp(START + 5_030)).isTrue();
    assertThat(clock.sinceStart(START + 5_030)).as("the time since the start has no pauses").isEqualTo(5_030);
  }

  @Test
  void pausingTwiceIsPausingOnceAndResumingTwiceIsResumingOnce() {
    QueryClock clock = new QueryClock(Duration.ofNanos(100), START);
    clock.resume(START + 10);
    assertThat(clock.remainingNanos(START + 10)).isEqualTo(90);
    clock.pause(START + 20);
    clock.pause(START + 30);
    clock.resume(START + 40);
    clock.resume(START + 50);
    assertThat(clock.remainingNanos(START + 50)).isEqualTo(70);
  }
}
