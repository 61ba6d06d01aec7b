package io.dataprism.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A page of Markdown, with its lines outside and its blocks inside of fences.
///
/// @param name how messages call the page
/// @param prose every line that is in no block, with its number
/// @param blocks the fenced blocks, from top to bottom
record MarkdownPage(String name, List<Line> prose, List<Block> blocks) {
  private static final Pattern FENCE = Pattern.compile("\\s*```\\s*(\\w*).*");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  /// A line of a page, counted from one.
  record Line(int number, String text) {}

  /// A fenced block.
  ///
  /// @param language the word behind the opening fence
  /// @param line the number of its first line of code
  /// @param code its lines
  /// @param output the text block that follows with nothing but space between: what the code prints
  record Block(String language, int line, List<String> code, Optional<List<String>> output) {}

  static MarkdownPage read(Path root, Path file) throws IOException {
    return parse(root.relativize(file).toString().replace('\\', '/'), Files.readAllLines(file));
  }

  static MarkdownPage parse(String name, List<String> lines) {
    List<Line> prose = new ArrayList<>();
    List<Block> blocks = new ArrayList<>();
    boolean afterBlock = false;
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        prose.add(new Line(i + 1, lines.get(i)));
        afterBlock &= lines.get(i).isBlank();
        continue;
      }
      int first = i + 1;
      int end = first;
      while (end < lines.size() && !lines.get(end).strip().equals("```")) {
        end++;
      }
      if (end == lines.size()) {
        throw new AssertionError(name + ":" + first + ": the block has no end");
      }
      List<String> code = List.copyOf(lines.subList(first, end));
      if (fence.group(1).equals("text") && afterBlock) {
        Block printing = blocks.removeLast();
        blocks.add(new Block(printing.language(), printing.line(), printing.code(), Optional.of(code)));
      } else {
        blocks.add(new Block(fence.group(1), first + 1, code, Optional.empty()));
      }
      afterBlock = true;
      i = end;
    }
    return new MarkdownPage(name, List.copyOf(prose), List.copyOf(blocks));
  }

  /// The blocks of Java.
  List<Block> java() {
    return blocks.stream().filter(block -> block.language().equals("java")).toList();
  }

  /// Links that lead to no file of the repository, each with its place.
  List<String> brokenLinks(Path root) {
    Path folder = root.resolve(name).resolveSibling("");
    return prose.stream()
        .flatMap(line ->
            targets(line.text())
                .filter(target -> !target.contains("://") && !target.startsWith("#"))
                .filter(target -> !Files.exists(folder.resolve(target.replaceFirst("#.*", ""))))
                .map(target -> name + ":" + line.number() + ": " + target))
        .toList();
  }

  private static Stream<String> targets(String line) {
    return LINK.matcher(line).results().map(link -> link.group(1));
  }
}
