package io.dataprism.examples;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A program that was run to its end.
///
/// @param status its exit status
/// @param output what it wrote to standard output and standard error
public record Command(int status, String output) {
  private static final long TIMEOUT_SECONDS = 300;

  /// Runs a program in a folder.
  public static Command run(Path directory, List<String> command) throws IOException, InterruptedException {
    File output = File.createTempFile("output", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(command + " has not ended after " + TIMEOUT_SECONDS + " s");
      }
      return new Command(process.exitValue(), Files.readString(output.toPath(), StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output.toPath());
    }
  }

  /// Whether a program can be found on the PATH.
  static boolean exists(String program) {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(System.getenv("PATH"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
