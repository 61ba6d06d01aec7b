package io.dataprism.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RequestTest {
  @Test
  void everythingIsMeasuredUnlessOneIsNamed() {
    assertThat(Request.parse(List.of()).measures()).isEqualTo(Measures.ALL);
    assertThat(Request.parse(List.of()).quick()).isFalse();

    Request call = Request.parse(List.of("--only", "call", "--quick"));
    assertThat(call.measures()).extracting(Measure::name).containsExactly("call");
    assertThat(call.quick()).isTrue();
  }

  @Test
  void whatIsNotKnownIsRefused() {
    assertThatThrownBy(() -> Request.parse(List.of("--only", "fetch"))).hasMessageContaining("fetch-numeric");
    assertThatThrownBy(() -> Request.parse(List.of("--only"))).hasMessageContaining("usage");
    assertThatThrownBy(() -> Request.parse(List.of("--fast"))).hasMessageContaining("usage");
  }
}
