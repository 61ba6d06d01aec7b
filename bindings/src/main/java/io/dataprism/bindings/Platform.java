package io.dataprism.bindings;

import java.util.Locale;
import java.util.Optional;

/// A platform that the native library is built for.
enum Platform {
  LINUX_X86_64("linux-x86_64"),
  LINUX_AARCH64("linux-aarch64"),
  MACOS_AARCH64("macos-aarch64"),
  WINDOWS_X86_64("windows-x86_64");

  private final String classifier;

  Platform(String classifier) {
    this.classifier = classifier;
  }

  /// The classifier of the platform's jar, which is also the name of its folder inside the jar.
  String classifier() {
    return classifier;
  }

  /// The platform of a JVM, from the values of its `os.name` and `os.arch`.
  static Optional<Platform> of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String arch = osArch.toLowerCase(Locale.ROOT);
    boolean x86 = arch.equals("amd64") || arch.equals("x86_64");
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    if (os.startsWith("linux")) {
      return x86 ? Optional.of(LINUX_X86_64) : arm ? Optional.of(LINUX_AARCH64) : Optional.empty();
    }
    if (os.startsWith("mac")) {
      return arm ? Optional.of(MACOS_AARCH64) : Optional.empty();
    }
    if (os.startsWith("windows")) {
      return x86 ? Optional.of(WINDOWS_X86_64) : Optional.empty();
    }
    return Optional.empty();
  }
}
