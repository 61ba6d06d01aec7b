package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.bindings.generated.ArrowSchema;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_batch_call;
import io.dataprism.bindings.generated.dp_batch_source;
import io.dataprism.bindings.generated.dp_effect;
import io.dataprism.bindings.generated.dp_engine_options;
import io.dataprism.bindings.generated.dp_engine_usage;
import io.dataprism.bindings.generated.dp_error_info;
import io.dataprism.bindings.generated.dp_function_call;
import io.dataprism.bindings.generated.dp_function_parameter;
import io.dataprism.bindings.generated.dp_function_signature;
import io.dataprism.bindings.generated.dp_layout;
import io.dataprism.bindings.generated.dp_live_handles;
import io.dataprism.bindings.generated.dp_memory_usage;
import io.dataprism.bindings.generated.dp_plan_counts;
import io.dataprism.bindings.generated.dp_profile;
import io.dataprism.bindings.generated.dp_progress;
import io.dataprism.bindings.generated.dp_rows;
import io.dataprism.bindings.generated.dp_text;
import io.dataprism.bindings.generated.dp_value;
import io.dataprism.bindings.generated.dp_version;
import io.dataprism.bindings.generated.dp_versions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The committed bindings, the header they were made from, and the library say the same.
class GeneratedBindingsTest {
  private static final Path INCLUDE = Path.of("..", "native", "include");
  private static final Path GENERATED = Path.of("src", "generated");

  private static final Map<String, GroupLayout> STRUCTURES =
      Map.ofEntries(
          Map.entry("dp_text", dp_text.layout()),
          Map.entry("dp_error_info", dp_error_info.layout()),
          Map.entry("dp_function_call", dp_function_call.layout()),
          Map.entry("dp_function_parameter", dp_function_parameter.layout()),
          Map.entry("dp_function_signature", dp_function_signature.layout()),
          Map.entry("dp_effect", dp_effect.layout()),
          Map.entry("dp_profile", dp_profile.layout()),
          Map.entry("dp_version", dp_version.layout()),
          Map.entry("dp_progress", dp_progress.layout()),
          Map.entry("dp_engine_options", dp_engine_options.layout()),
          Map.entry("dp_engine_usage", dp_engine_usage.layout()),
          Map.entry("dp_memory_usage", dp_memory_usage.layout()),
          Map.entry("dp_live_handles", dp_live_handles.layout()),
          Map.entry("dp_versions", dp_versions.layout()),
          Map.entry("dp_plan_counts", dp_plan_counts.layout()),
          Map.entry("dp_rows", dp_rows.layout()),
          Map.entry("dp_value", dp_value.layout()),
          Map.entry("dp_layout", dp_layout.layout()),
          Map.entry("ArrowSchema", ArrowSchema.layout()),
          Map.entry("ArrowArray", ArrowArray.layout()),
          Map.entry("ArrowArrayStream", ArrowArrayStream.layout()),
          Map.entry("dp_batch_source", dp_batch_source.layout()),
          Map.entry("dp_batch_call", dp_batch_call.layout()));

  /// Classes that stand for types of functions, which have no layout.
  private static final Set<String> FUNCTION_TYPES =
      Set.of("dp_batch_callback", "dp_batch_sink", "dp_function_callback", "dp_release_callback", "dp_row_source");

  @BeforeAll
  static void load() throws LibraryLoadException {
    NativeLibrary.load();
  }

  @Test
  void theStampIsTheHashOfTheHeaders() throws Exception {
    Properties stamp = new Properties();
    try (var in = Files.newInputStream(GENERATED.resolve("STAMP"))) {
      stamp.load(in);
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(Files.readAllBytes(INCLUDE.resolve("dataprism.h")));
    digest.update(Files.readAllBytes(INCLUDE.resolve("arrow_c_data.h")));
    assertThat(stamp.getProperty("header.sha256"))
        .as("the header has changed since bindings/regenerate was run")
        .isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void everyFunctionOfTheHeaderIsBoundAndResolves() throws IOException {
    String header = Files.readString(INCLUDE.resolve("dataprism.h"));
    Set<String> declared =
        Pattern.compile("^(?:unsigned (?:int|long long) |void \\*?)(dp_\\w+)\\(", Pattern.MULTILINE)
            .matcher(header)
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    Set<String> bound =
        Arrays.stream(Dataprism.class.getMethods())
            .map(Method::getName)
            .filter(name -> name.startsWith("dp_") && !name.contains("$"))
            .collect(Collectors.toSet());
    assertThat(declared).hasSizeGreaterThan(15).isEqualTo(bound);
    assertThat(declared).allMatch(name -> NativeLibrary.symbols().find(name).isPresent());
  }

  @Test
  void everyStructureHasTheLayoutOfTheLibrary() {
    Set<String> compared = new HashSet<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = dp_layout.allocate(arena);
      for (long index = 0; Dataprism.dp_layout_read(index, entry, MemorySegment.NULL) == 0; index++) {
        String structure = NativeError.text(dp_layout.structure(entry));
        String field = NativeError.text(dp_layout.field(entry));
        GroupLayout layout = STRUCTURES.get(structure);
        assertThat(layout).as(structure).isNotNull();
        long expected = field.isEmpty() ? layout.byteSize() : layout.byteOffset(PathElement.groupElement(field));
        assertThat(dp_layout.offset(entry)).as("%s.%s", structure, field).isEqualTo(expected);
        compared.add(structure + "." + field);
      }
    }
    // The other way round: no field of ours is unknown to the library.
    STRUCTURES.forEach((structure, layout) ->
        layout.memberLayouts().stream()
            .flatMap(member -> member.name().stream())
            .forEach(field -> assertThat(compared).contains(structure + "." + field)));
  }

  @Test
  void everyGeneratedStructureIsCompared() {
    assertThat(generatedClasses())
        .filteredOn(name -> !name.startsWith("Dataprism") && !FUNCTION_TYPES.contains(name))
        .containsExactlyInAnyOrderElementsOf(STRUCTURES.keySet());
  }

  @Test
  void theVersionOfTheAbiIsTheOneOfTheHeader() {
    assertThat(NativeLibrary.abiVersion()).isEqualTo(NativeLibrary.ABI_VERSION).isEqualTo(Dataprism.DP_ABI_VERSION());
  }

  private static List<String> generatedClasses() {
    Path folder = GENERATED.resolve(Path.of("java", "io", "dataprism", "bindings", "generated"));
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString().replace(".java", "")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
