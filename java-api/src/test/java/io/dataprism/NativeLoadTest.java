package io.dataprism;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.error.NativeLoadException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A native library that cannot be loaded gives a typed error that names it, in a JVM of its own each.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the stand-in libraries are built with cc as Linux libraries")
class NativeLoadTest {
  private static final String LIBRARY = "libdataprism.so";

  @TempDir Path directory;

  @Test
  void aFolderWithoutTheLibrary() throws Exception {
    String output = open(directory);
    assertThat(output).contains("LIBRARY_UNAVAILABLE").contains(directory.toString()).contains(LIBRARY);
  }

  @Test
  void aFileThatIsNoLibrary() throws Exception {
    Files.writeString(directory.resolve(LIBRARY), "not a library");
    assertThat(open(directory)).contains("LIBRARY_UNAVAILABLE").contains(LIBRARY);
  }

  @Test
  void aLibraryOfSomebodyElse() throws Exception {
    build("int something_else(void) { return 1; }");
    assertThat(open(directory)).contains("LIBRARY_UNAVAILABLE").contains("dp_abi_version");
  }

  @Test
  void aLibraryOfAnotherRelease() throws Exception {
    build("unsigned int dp_abi_version(void) { return 999; }");
    assertThat(open(directory)).contains("ABI_MISMATCH").contains("999");
  }

  @Test
  void aCacheThatCannotBeWritten() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    ChildJvm.Outcome outcome = ChildJvm.run(Open.class, List.of("-Ddataprism.cache.path=" + file));
    assertThat(outcome.output()).contains("LIBRARY_UNAVAILABLE").contains(file.toString());
  }

  @Test
  void aJvmThatForbidsNativeAccess() throws Exception {
    // A later flag adds to an earlier one, so access is left to a module that does not exist.
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Open.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(output).contains("LIBRARY_UNAVAILABLE").contains("--enable-native-access");
  }

  private String open(Path libraries) throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run(Open.class, List.of("-Ddataprism.library.path=" + libraries));
    assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(1);
    return outcome.output();
  }

  private void build(String source) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("stand-in.c"), source);
    Process compiler =
        new ProcessBuilder("cc", "-shared", "-fPIC", "-o", directory.resolve(LIBRARY).toString(), file.toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
  }

  /// Opens an engine twice: a failure is not remembered as something else.
  static final class Open {
    public static void main(String[] arguments) {
      for (int attempt = 0; attempt < 2; attempt++) {
        try (Engine engine = Engine.open()) {
          System.out.println("opened " + engine.duckdbVersion());
        } catch (NativeLoadException e) {
          System.out.println(e.code() + ": " + e.getMessage());
          if (attempt == 1) {
            System.exit(1);
          }
        }
      }
    }
  }
}
