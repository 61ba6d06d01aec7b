package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UpcallFailuresTest {
  private final UpcallFailures failures = new UpcallFailures();

  @Test
  void aFailureIsGivenOnceAndTakesItsPlansOthersWithIt() {
    RuntimeException first = new RuntimeException("first");
    long number = failures.keep(1, first);
    long second = failures.keep(1, new RuntimeException("second"));
    RuntimeException other = new RuntimeException("other");
    long elsewhere = failures.keep(2, other);
    assertThat(failures.take(number)).isSameAs(first);
    assertThat(failures.take(number)).isNull();
    assertThat(failures.take(second)).isNull();
    assertThat(failures.take(elsewhere)).isSameAs(other);
    assertThat(failures.size()).isZero();
  }

  @Test
  void whatNobodyAsksForIsForgottenInTheEnd() {
    RuntimeException last = new RuntimeException("last");
    long number = 0;
    for (int plan = 0; plan < 1_000; plan++) {
      for (int i = 0; i < 100; i++) {
        number = failures.keep(plan, last);
      }
    }
    assertThat(failures.size()).isEqualTo(32 * 64);
    assertThat(failures.take(number)).isSameAs(last);
  }
}
