package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaRuntimeTest {
  @ParameterizedTest
  @ValueSource(strings = {"25", "25.0.1+8", "25.0.2+10-LTS"})
  void aRuntimeThatCorruptsPinnedMemoryIsRefused(String version) {
    assertThatThrownBy(() -> JavaRuntime.check(Runtime.Version.parse(version)))
        .isInstanceOf(LibraryLoadException.class)
        .hasMessageContaining(version)
        .extracting(e -> ((LibraryLoadException) e).hint())
        .asString()
        .contains("25.0.3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3+9-LTS", "25.0.4", "26-ea+3", "26.0.1"})
  void aLaterRuntimeIsAccepted(String version) {
    assertThatCode(() -> JavaRuntime.check(Runtime.Version.parse(version))).doesNotThrowAnyException();
  }
}
