package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, aarch64, linux-aarch64",
    "Mac OS X, aarch64, macos-aarch64",
    "Windows 11, amd64, windows-x86_64",
  })
  void aPlatformIsKnownByWhatTheJvmCallsIt(String os, String arch, String classifier) {
    assertThat(Platform.of(os, arch)).map(Platform::classifier).contains(classifier);
  }

  @Test
  void aPlatformWithoutALibraryIsNotTakenForAnother() {
    assertThat(Platform.of("Linux", "riscv64")).isEmpty();
    assertThat(Platform.of("Mac OS X", "x86_64")).isEmpty();
    assertThat(Platform.of("SunOS", "amd64")).isEmpty();
  }
}
