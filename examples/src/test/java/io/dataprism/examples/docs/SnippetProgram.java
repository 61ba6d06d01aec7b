package io.dataprism.examples.docs;

import io.dataprism.examples.Command;
import io.dataprism.examples.docs.MarkdownPage.Block;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// The Java blocks of one page as a program: each becomes the body of a method, and they run from top to bottom.
///
/// A block may use `engine`, one engine in memory that all blocks of the page share, and everything public of the
/// library and of `java.base` without an import. It has to leave nothing open, and to print what the page says it
/// prints. A block that begins with `module` is compiled as a module declaration instead.
final class SnippetProgram {
  private static final String MAIN = "Page";
  private static final String MARKER = "\u001e";

  private final MarkdownPage page;
  private final Path classes;
  private final String classPath = System.getProperty("java.class.path");

  SnippetProgram(MarkdownPage page, Path classes) {
    this.page = page;
    this.classes = classes;
  }

  /// Compiles the blocks.
  ///
  /// @return what the compiler complains about, each with its place on the page
  List<String> compile() throws IOException {
    List<JavaFileObject> sources = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    for (Block block : page.java()) {
      if (isModule(block)) {
        Path output = Files.createTempDirectory(classes, "module");
        List<String> options = List.of("-d", output.toString(), "--module-path", classPath);
        complaints.addAll(
            compile(options, List.of(new Source(block, "module-info", String.join("\n", block.code()), 0))));
      } else {
        sources.add(source(block));
      }
    }
    sources.add(new Source(null, MAIN, mainClass(), 0));
    complaints.addAll(compile(List.of("-d", classes.toString(), "-classpath", classPath), sources));
    return complaints;
  }

  /// Runs the compiled blocks.
  ///
  /// @param directory the working directory
  /// @return what is wrong: blocks that fail, that leave something open, or that print something else
  List<String> run(Path directory) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>();
    command.add(java);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"));
    // The product promises to need no other flag; arrow-java does need some.
    if (page.java().stream().anyMatch(SnippetProgram::usesArrowJava)) {
      command.addAll(List.of("--add-opens=java.base/java.nio=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    }
    command.addAll(List.of("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
    command.addAll(List.of("-cp", classes + File.pathSeparator + classPath, MAIN));
    Command program = Command.run(directory, command);
    if (program.status() != 0) {
      return List.of(page.name() + ": a snippet fails:\n" + program.output().replace(MARKER, "snippet at line "));
    }
    return differences(program.output());
  }

  private List<String> differences(String text) {
    // The part before the first marker is empty.
    String[] parts = text.split(MARKER, -1);
    List<String> differences = new ArrayList<>();
    List<Block> runnable = runnable();
    for (int i = 0; i < runnable.size(); i++) {
      Block block = runnable.get(i);
      String printed = parts[i + 1].substring(parts[i + 1].indexOf('\n') + 1);
      String expected = block.output().map(lines -> String.join("\n", lines)).orElse(null);
      if (expected != null && !clean(printed).equals(clean(expected))) {
        differences.add(
            page.name()
                + ":"
                + block.line()
                + ": the page says it prints\n"
                + expected
                + "\nand it prints\n"
                + printed);
      }
    }
    return differences;
  }

  private static String clean(String text) {
    return text.lines().map(String::stripTrailing).collect(Collectors.joining("\n")).strip();
  }

  private List<Block> runnable() {
    return page.java().stream().filter(block -> !isModule(block)).toList();
  }

  private static boolean isModule(Block block) {
    return block.code().stream().anyMatch(line -> line.startsWith("module "));
  }

  private static boolean usesArrowJava(Block block) {
    return block.code().stream().anyMatch(line -> line.startsWith("import org.apache.arrow."));
  }

  private String mainClass() {
    StringBuilder code =
        new StringBuilder(
            """
            import io.dataprism.*;

            class Page {
              static Engine engine;

              public static void main(String[] arguments) throws Exception {
                try (Engine shared = Engine.open()) {
                  engine = shared;
            """);
    for (Block block : runnable()) {
      code.append("      begin(").append(block.line()).append(");\n");
      code.append("      ").append(className(block)).append(".run();\n");
      code.append("      end(").append(block.line()).append(");\n");
    }
    code.append(
        """
            }
          }

          static void begin(int line) {
            System.out.println("\\u001e" + line);
          }

          static void end(int line) {
            LiveHandles live = LiveHandles.ofProcess();
            if (live.total() != 1) {
              throw new IllegalStateException("the snippet at line " + line + " leaves open: " + live);
            }
          }
        }
        """);
    return code.toString();
  }

  private Source source(Block block) {
    String imports = block.code().stream().filter(line -> line.startsWith("import ")).collect(Collectors.joining(" "));
    // Imports stay behind as empty lines, so that a line of the body is as far from its top as on the page.
    String body =
        block.code().stream().map(line -> line.startsWith("import ") ? "" : line).collect(Collectors.joining("\n"));
    String head =
        """
        import module java.base;
        import io.dataprism.*;
        import io.dataprism.appender.*;
        import io.dataprism.arrow.*;
        import io.dataprism.cache.*;
        import io.dataprism.catalog.*;
        import io.dataprism.column.*;
        import io.dataprism.error.*;
        import io.dataprism.event.*;
        import io.dataprism.export.*;
        import io.dataprism.function.*;
        import io.dataprism.job.*;
        import io.dataprism.memory.*;
        import io.dataprism.metrics.*;
        import io.dataprism.micrometer.*;
        import io.dataprism.plan.*;
        import io.dataprism.registration.*;
        import io.dataprism.schema.*;
        import io.dataprism.status.*;
        import io.dataprism.terminal.*;
        %s
        class %s extends Page { static void run() throws Exception {
        """
            .formatted(imports, className(block));
    return new Source(block, className(block), head + body + "\n}}\n", (int) head.lines().count());
  }

  private static String className(Block block) {
    return "Line" + block.line();
  }

  private List<String> compile(List<String> options, List<? extends JavaFileObject> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    StringWriter other = new StringWriter();
    boolean compiled = compiler.getTask(other, null, diagnostics, options, null, sources).call();
    List<String> complaints =
        diagnostics.getDiagnostics().stream()
            .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
            .map(this::describe)
            .collect(Collectors.toCollection(ArrayList::new));
    if (!compiled && complaints.isEmpty()) {
      complaints.add(page.name() + ": " + other);
    }
    return complaints;
  }

  private String describe(Diagnostic<? extends JavaFileObject> diagnostic) {
    String message = diagnostic.getMessage(Locale.ROOT);
    if (!(diagnostic.getSource() instanceof Source source) || source.block == null) {
      return page.name() + ": " + message;
    }
    long line = source.block.line() + diagnostic.getLineNumber() - 1 - source.headLines;
    return page.name() + ":" + line + ": " + message;
  }

  private static final class Source extends SimpleJavaFileObject {
    private final @Nullable Block block;
    private final String code;
    private final int headLines;

    Source(@Nullable Block block, String className, String code, int headLines) {
      super(URI.create("string:///" + className + ".java"), Kind.SOURCE);
      this.block = block;
      this.code = code;
      this.headLines = headLines;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }
}
