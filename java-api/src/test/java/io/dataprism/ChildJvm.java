package io.dataprism;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a program of the tests in a JVM of its own, for what cannot be tested inside this one.
final class ChildJvm {
  private static final int TIMEOUT_MINUTES = 10;

  /// How a program ended and what it printed.
  record Outcome(int exitCode, String output) {}

  private ChildJvm() {}

  static Outcome run(Class<?> program, List<String> jvmArguments, String... arguments) throws Exception {
    Process process = start(program, jvmArguments, arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(program.getSimpleName() + " did not end: " + output);
    }
    return new Outcome(process.exitValue(), output);
  }

  static Process start(Class<?> program, List<String> jvmArguments, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--illegal-native-access=deny");
    command.addAll(jvmArguments);
    command.add("-cp");
    command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
