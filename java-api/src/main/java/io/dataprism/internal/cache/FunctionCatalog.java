package io.dataprism.internal.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dataprism.Engine;
import io.dataprism.bindings.ChangeCounters;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The functions and macros of a database, as far as statements have asked for them: listing them all takes DuckDB many
/// times as long as a short query. Thread-safe.
final class FunctionCatalog {
  /// A function or macro, of which there may be several of one name.
  ///
  /// @param kind as DuckDB calls it
  /// @param consistent whether DuckDB brings it, and says that it gives the same for the same arguments
  /// @param definition what a macro stands for
  record Function(String name, String kind, boolean consistent, Optional<String> definition) {}

  /// What was found, and where the counter of the name's definitions stood before.
  private record Known(long definitions, List<Function> functions) {}

  /// What may change tables unseen: triggers, and what calls `json_execute_serialized_sql`. That name is not written
  /// out, for a statement with it counts as one that writes.
  private record Hazards(long definitions, boolean any) {}

  private record Count(long n) {}

  private static final long MAX_NAMES = 8_192;

  private static final int[] NO_NAMES = {};

  private static final String FUNCTIONS =
      """
      SELECT lower(function_name) AS name, function_type AS kind,
        internal AND coalesce(stability = 'CONSISTENT', true) AS consistent, macro_definition AS definition
      FROM duckdb_functions() WHERE list_contains(string_split($names, chr(31)), lower(function_name))
      """;

  private static final String HAZARDS =
      """
      SELECT (SELECT count(*) FROM duckdb_triggers())
        + (SELECT count(*) FROM duckdb_views() WHERE NOT internal AND contains(lower(sql), 'execute_serialized'))
        + (SELECT count(*) FROM duckdb_functions()
           WHERE NOT internal AND contains(lower(macro_definition), 'execute_serialized')) AS n
      """;

  private final Engine engine;
  private final ChangeCounters counters;
  private final Cache<String, Known> names =
      Caffeine.newBuilder().maximumSize(MAX_NAMES).executor(Runnable::run).build();
  private volatile Hazards hazards = new Hazards(-1, true);

  FunctionCatalog(Engine engine, ChangeCounters counters) {
    this.engine = engine;
    this.counters = counters;
  }

  /// All functions and macros that have one of some names, by name as it was asked for.
  Map<String, List<Function>> find(Set<String> wanted) {
    Map<String, List<Function>> found = new HashMap<>();
    Map<String, Long> missing = new HashMap<>();
    for (String name : wanted) {
      long definitions = counters.versions(new int[] {counters.counterOf(name)}).definitions();
      Known known = names.getIfPresent(name);
      if (known != null && known.definitions == definitions) {
        found.put(name, known.functions);
      } else {
        missing.put(name, definitions);
      }
    }
    if (!missing.isEmpty()) {
      Map<String, List<Function>> listed = list(missing.keySet());
      missing.forEach((name, definitions) -> {
        List<Function> functions = listed.getOrDefault(lower(name), List.of());
        names.put(name, new Known(definitions, functions));
        found.put(name, functions);
      });
    }
    return found;
  }

  private Map<String, List<Function>> list(Set<String> wanted) {
    String joined =
        wanted.stream().map(FunctionCatalog::lower).collect(Collectors.toCollection(TreeSet::new)).stream()
            .collect(Collectors.joining(StatementAnalyzer.SEPARATOR));
    return engine.sql(FUNCTIONS).uncached().with(Map.of("names", joined)).run().as(Function.class).stream()
        .collect(Collectors.groupingBy(Function::name));
  }

  /// Whether a statement may change tables that it does not name. Whatever makes one counts as a change of everything.
  boolean hasHazards() {
    long definitions = counters.versions(NO_NAMES).definitions();
    Hazards known = hazards;
    if (known.definitions != definitions) {
      long count = engine.sql(HAZARDS).uncached().run().as(Count.class).getFirst().n();
      known = new Hazards(definitions, count > 0);
      hazards = known;
    }
    return known.any;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
