package io.dataprism.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.examples.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// README.md, docs/ and the other pages against the library.
class DocumentationTest {
  @TempDir private Path scratch;

  @TestFactory
  Stream<DynamicTest> every_java_snippet_compiles_and_runs_and_prints_what_the_page_says() throws IOException {
    return pages().stream()
        .filter(page -> !page.java().isEmpty())
        .map(page -> DynamicTest.dynamicTest(page.name(), () -> assertThat(complaintsAbout(page)).isEmpty()));
  }

  @TestFactory
  Stream<DynamicTest> every_link_leads_somewhere() throws IOException {
    return pages().stream()
        .map(page ->
            DynamicTest.dynamicTest(page.name(), () -> assertThat(page.brokenLinks(Repository.ROOT)).isEmpty()));
  }

  @Test
  void a_snippet_that_does_not_compile_is_reported_with_its_line() throws Exception {
    assertThat(complaintsAbout("", "```java", "engine.execute(", "    42);", "```"))
        .singleElement()
        .asString()
        .startsWith("broken.md:4: incompatible types");
  }

  @Test
  void a_snippet_that_fails_is_reported_with_its_line() throws Exception {
    assertThat(complaintsAbout("```java", "int three = 3;", "```", "```java", "engine.execute(\"SELEC\");", "```"))
        .singleElement()
        .asString()
        .contains("snippet at line 5", "SyntaxException");
  }

  @Test
  void a_snippet_that_prints_something_else_is_reported_with_its_line() throws Exception {
    assertThat(complaintsAbout("```java", "IO.println(42);", "```", "", "```text", "43", "```"))
        .singleElement()
        .asString()
        .startsWith("broken.md:2: the page says it prints\n43\nand it prints\n42");
  }

  @Test
  void a_snippet_that_leaves_something_open_is_reported_with_its_line() throws Exception {
    assertThat(complaintsAbout("```java", "engine.query(\"SELECT 1\");", "```"))
        .singleElement()
        .asString()
        .contains("the snippet at line 2 leaves open");
  }

  @Test
  void a_link_that_leads_nowhere_is_reported_with_its_line() {
    MarkdownPage page = MarkdownPage.parse("docs/broken.md", List.of("", "[there](../README.md) [not](nowhere.md#x)"));
    assertThat(page.brokenLinks(Repository.ROOT)).containsExactly("docs/broken.md:2: nowhere.md#x");
  }

  private List<String> complaintsAbout(String... lines) throws Exception {
    return complaintsAbout(MarkdownPage.parse("broken.md", List.of(lines)));
  }

  private List<String> complaintsAbout(MarkdownPage page) throws Exception {
    Path classes = Files.createTempDirectory(scratch, "classes");
    SnippetProgram program = new SnippetProgram(page, classes);
    List<String> complaints = program.compile();
    return complaints.isEmpty() ? program.run(workingDirectory()) : complaints;
  }

  /// A folder to write to, where the sample data lies as it does in the repository.
  private Path workingDirectory() throws IOException {
    Path directory = Files.createTempDirectory(scratch, "work");
    Path data = Files.createDirectories(directory.resolve("examples").resolve("data"));
    Files.copy(Repository.FLIGHTS, data.resolve("flights-3m.parquet"));
    return directory;
  }

  private static List<MarkdownPage> pages() throws IOException {
    List<MarkdownPage> pages = new ArrayList<>();
    pages.add(MarkdownPage.read(Repository.ROOT, Repository.ROOT.resolve("README.md")));
    for (String folder : List.of("docs", "examples/data", "benchmarks")) {
      try (Stream<Path> files = Files.walk(Repository.ROOT.resolve(folder))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".md")).sorted().toList()) {
          pages.add(MarkdownPage.read(Repository.ROOT, file));
        }
      }
    }
    return pages;
  }
}
