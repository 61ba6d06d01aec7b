package io.dataprism.internal.cache;

import io.dataprism.Engine;
import io.dataprism.cache.BypassReason;
import io.dataprism.internal.cache.FunctionCatalog.Function;
import io.dataprism.internal.json.Json;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds out what a statement reads, and whether it gives the same rows each time.
///
/// DuckDB parses the statement. Its tree is walked with lists of what is known to be safe, through views, macros and
/// generated columns, and whatever is on no list ends the walk. Names are looked up without their schemas: all that has
/// the name, wherever it is, is taken to be read.
final class StatementAnalyzer {
  /// What was found.
  ///
  /// @param bypass why the rows may not be kept, or null if they may
  /// @param names all names that were looked up, as they are written: the counters take case into account as DuckDB
  ///   does
  /// @param files names and patterns of files
  record Findings(@Nullable BypassReason bypass, Set<String> names, List<String> files) {}

  /// A row of [#OBJECTS].
  record Item(String name, String kind, boolean usable, Optional<String> definition) {}

  private record Setting(Optional<String> value) {}

  /// Separates names in a parameter; no name contains it in practice, and one that did would match nothing.
  static final String SEPARATOR = "\u001f";

  private static final String WANTED = "list_contains(string_split($names, chr(31)), lower(%s))";

  /// All that has one of some names.
  private static final String OBJECTS =
      """
      WITH tracked AS (
        SELECT database_name FROM duckdb_databases()
        WHERE type = 'duckdb' AND NOT internal AND NOT contains(coalesce(path, ''), '://'))
      SELECT lower(table_name) AS name, 'table' AS kind, NOT temporary AND database_name IN (FROM tracked) AS usable,
        NULL AS definition
      FROM duckdb_tables() WHERE %1$s
      UNION ALL
      SELECT lower(view_name), if(schema_name = 'information_schema', 'hidden view', 'view'),
        NOT temporary AND NOT internal AND database_name IN (FROM tracked), sql
      FROM duckdb_views() WHERE %2$s
      UNION ALL
      SELECT lower(table_name), 'column', true, generation_expression
      FROM duckdb_columns() WHERE is_generated AND %1$s
      """
          .formatted(WANTED.formatted("table_name"), WANTED.formatted("view_name"));

  private static final Set<String> NODES =
      Set.of(
          "SELECT_NODE",
          "SET_OPERATION_NODE",
          "RECURSIVE_CTE_NODE",
          "CTE_NODE",
          "JOIN",
          "EXPRESSION_LIST",
          "EMPTY",
          "PIVOT",
          "SUBQUERY",
          "ORDER_MODIFIER",
          "LIMIT_MODIFIER",
          "LIMIT_PERCENT_MODIFIER",
          "DISTINCT_MODIFIER",
          "ORDER_DEFAULT",
          "ASCENDING",
          "DESCENDING");

  private static final Set<String> EXPRESSIONS =
      Set.of(
          "BETWEEN",
          "CASE",
          "CAST",
          "COLLATE",
          "COLUMN_REF",
          "COMPARISON",
          "CONJUNCTION",
          "CONSTANT",
          "FUNCTION",
          "LAMBDA",
          "LAMBDA_REF",
          "OPERATOR",
          "PARAMETER",
          "POSITIONAL_REFERENCE",
          "STAR",
          "SUBQUERY",
          "TYPE",
          "WINDOW");

  /// Columns of these names are calls, where no table has such a column.
  private static final Set<String> CALLS_WITHOUT_PARENTHESES =
      Set.of(
          "current_catalog",
          "current_date",
          "current_role",
          "current_schema",
          "current_time",
          "current_timestamp",
          "current_user",
          "localtime",
          "localtimestamp",
          "session_user",
          "user");

  /// Functions that DuckDB takes to be consistent and that read the clock or the catalog, or draw random numbers.
  private static final Set<String> NOT_CONSISTENT =
      Set.of("current_localtime", "current_localtimestamp", "json_serialize_plan", "reservoir_quantile", "version");

  /// Aggregates by name, as a value.
  private static final Set<String> CALLS_BY_NAME =
      Set.of("aggregate", "array_aggr", "array_aggregate", "list_aggr", "list_aggregate");

  /// Casting a TIME to it takes the offset that the time zone has today.
  private static final Set<String> TYPES_OF_TODAY = Set.of("timetz", "time with time zone");

  /// What SUMMARIZE becomes calls of, which macros may redefine.
  private static final Set<String> SUMMARIZING =
      Set.of(
          "*",
          "-",
          "/",
          "approx_count_distinct",
          "approx_quantile",
          "avg",
          "count",
          "count_star",
          "list_value",
          "max",
          "min",
          "stddev",
          "unnest");

  private static final Set<String> GENERATORS = Set.of("generate_series", "range", "repeat", "repeat_row", "unnest");

  private static final Set<String> READERS =
      Set.of(
          "parquet_scan",
          "read_blob",
          "read_csv",
          "read_csv_auto",
          "read_json",
          "read_json_auto",
          "read_json_objects",
          "read_json_objects_auto",
          "read_ndjson",
          "read_ndjson_auto",
          "read_ndjson_objects",
          "read_parquet",
          "read_text");

  /// Ends of names that DuckDB reads as files where no table has them.
  private static final List<String> FILE_SUFFIXES = List.of(".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson");

  private static final List<String> COMPRESSED = List.of("", ".gz", ".zst");

  private final Engine engine;
  private final FunctionCatalog catalog;
  private final Set<String> names = new TreeSet<>();
  private final Set<String> files = new LinkedHashSet<>();
  private final Set<String> walked = new HashSet<>();
  private final Set<String> withNames = new HashSet<>();

  /// Statements and expressions that have not been walked yet.
  private final Deque<String> texts = new ArrayDeque<>();

  // What the text that is being walked refers to; a name of a table with whether it was qualified.
  private final Map<String, Boolean> tables = new HashMap<>();
  private final Set<String> functions = new HashSet<>();
  private final Set<String> tableFunctions = new HashSet<>();

  private StatementAnalyzer(Engine engine, FunctionCatalog catalog) {
    this.engine = engine;
    this.catalog = catalog;
  }

  /// Ends a walk.
  private static final class Bypass extends Exception {
    private static final long serialVersionUID = 1;
    final BypassReason reason;

    Bypass(BypassReason reason) {
      super(reason.name(), null, false, false);
      this.reason = reason;
    }
  }

  /// Looks at a statement as the catalog is now.
  static Findings analyze(Engine engine, FunctionCatalog catalog, String sql) {
    StatementAnalyzer analyzer = new StatementAnalyzer(engine, catalog);
    BypassReason reason = null;
    try {
      analyzer.walk(sql);
    } catch (Bypass e) {
      reason = e.reason;
    }
    return new Findings(reason, Set.copyOf(analyzer.names), List.copyOf(analyzer.files));
  }

  private void walk(String sql) throws Bypass {
    if (catalog.hasHazards()) {
      throw new Bypass(BypassReason.HIDDEN_WRITES);
    }
    texts.add(sql);
    while (!texts.isEmpty()) {
      String text = texts.remove();
      if (walked.add(text)) {
        visit(statement(text));
        resolveFunctions();
        resolveTables();
      }
    }
    if (!files.isEmpty() && !setting("file_search_path").isEmpty()) {
      throw new Bypass(BypassReason.FILE);
    }
  }

  private Json statement(String text) throws Bypass {
    Json serialized = Json.parse(engine.sql(Json.tree("json_serialize_sql($1)")).uncached().with(text).run());
    Collection<Json> statements = serialized.member("statements").map(Json::elements).orElse(List.of());
    if (statements.isEmpty()) {
      boolean other = serialized.text("error_type").equals(Optional.of("not implemented"));
      throw new Bypass(other ? BypassReason.NOT_A_SELECT : BypassReason.NOT_UNDERSTOOD);
    }
    if (statements.size() > 1) {
      throw new Bypass(BypassReason.NOT_A_SELECT);
    }
    return statements.iterator().next();
  }

  private void visit(Json value) throws Bypass {
    Optional<String> type = value.text("type");
    Optional<String> expression = value.text("class");
    if (expression.isPresent()) {
      visitExpression(value, expression.get());
    } else if (type.isPresent()) {
      switch (type.get()) {
        case "BASE_TABLE" -> visitTable(value);
        case "TABLE_FUNCTION" -> {
          visitTableFunction(value.member("function").orElseThrow(() -> new Bypass(BypassReason.NOT_UNDERSTOOD)));
          return;
        }
        case "INSERT_QUERY_NODE", "UPDATE_QUERY_NODE", "DELETE_QUERY_NODE", "MERGE_QUERY_NODE" ->
            throw new Bypass(BypassReason.NOT_A_SELECT);
        case "SHOW_REF" -> {
          visitShow(value);
          return;
        }
        default -> require(NODES.contains(type.get()));
      }
    }
    for (Map.Entry<String, Json> member : value.members().entrySet()) {
      visitMember(member.getKey(), member.getValue());
    }
  }

  private void visitMember(String name, Json value) throws Bypass {
    boolean present = !value.members().isEmpty();
    switch (name) {
      case "sample" -> {
        if (present) {
          throw new Bypass(BypassReason.NON_DETERMINISTIC);
        }
      }
      // A state of the past, by a clock or a version.
      case "at_clause" -> require(!present);
      case "cte_map" -> {
        for (Json entry : value.member("map").map(Json::elements).orElse(List.of())) {
          entry.text("key").ifPresent(key -> withNames.add(lower(key)));
        }
        visit(value);
      }
      case "pivot_enum" -> {
        if (value.scalar() != null && !value.scalar().isEmpty()) {
          names.add(value.scalar());
        }
      }
      default -> visit(value);
    }
  }

  private void visitExpression(Json value, String kind) throws Bypass {
    require(EXPRESSIONS.contains(kind));
    switch (kind) {
      case "COLUMN_REF" -> {
        List<Json> parts = value.member("column_names").map(Json::elements).orElse(List.of());
        if (!parts.isEmpty() && CALLS_WITHOUT_PARENTHESES.contains(lower(String.valueOf(parts.getFirst().scalar())))) {
          throw new Bypass(BypassReason.NON_DETERMINISTIC);
        }
      }
      case "FUNCTION", "WINDOW" -> visitFunction(value);
      case "TYPE" -> {
        String type = text(value, "type_name");
        if (TYPES_OF_TODAY.contains(lower(type))) {
          throw new Bypass(BypassReason.NON_DETERMINISTIC);
        }
        names.add(type);
      }
      default -> {
        // Its parts are walked.
      }
    }
  }

  private void visitFunction(Json function) throws Bypass {
    String written = text(function, "function_name");
    String name = lower(written);
    List<Json> arguments = function.member("arguments").map(Json::elements).orElse(List.of());
    // With one argument it counts from today.
    if (name.equals("age") && arguments.size() < 2) {
      throw new Bypass(BypassReason.NON_DETERMINISTIC);
    }
    if (CALLS_BY_NAME.contains(name)) {
      require(arguments.size() > 1);
      functions.add(constant(expression(arguments.get(1))));
    }
    functions.add(written);
  }

  private void visitTable(Json table) throws Bypass {
    boolean qualified = !text(table, "schema_name").isEmpty() || !text(table, "catalog_name").isEmpty();
    tables.merge(text(table, "table_name"), qualified, Boolean::logicalOr);
  }

  /// SUMMARIZE reads a query; DESCRIBE and SHOW read the catalog.
  private void visitShow(Json show) throws Bypass {
    Optional<Json> query = show.member("query").filter(value -> !value.members().isEmpty());
    if (!text(show, "show_type").equals("SUMMARY") || query.isEmpty()) {
      throw new Bypass(BypassReason.UNTRACKED_SOURCE);
    }
    functions.addAll(SUMMARIZING);
    visit(query.get());
  }

  private void visitTableFunction(Json function) throws Bypass {
    String written = text(function, "function_name");
    String name = lower(written);
    List<Json> arguments = function.member("arguments").map(Json::elements).orElse(List.of());
    tableFunctions.add(written);
    if (READERS.contains(name)) {
      require(!arguments.isEmpty());
      addFiles(expression(arguments.getFirst()));
    }
    for (Json argument : arguments) {
      // Lines that cannot be read go to tables of their own.
      String option = argument.text("name").orElse("");
      String assigned = expression(argument).member("left").map(left -> String.join("", columnNames(left))).orElse("");
      require(!lower(option + assigned).contains("reject"));
      visit(argument);
    }
  }

  private static List<String> columnNames(Json column) {
    return column.member("column_names").map(Json::elements).orElse(List.of()).stream()
        .map(part -> String.valueOf(part.scalar()))
        .toList();
  }

  private void addFiles(Json argument) throws Bypass {
    if (argument.text("class").equals(Optional.of("FUNCTION"))
        && text(argument, "function_name").equals("list_value")) {
      for (Json element : argument.member("arguments").map(Json::elements).orElse(List.of())) {
        addFile(fileName(expression(element)));
      }
    } else {
      addFile(fileName(argument));
    }
  }

  private static String fileName(Json argument) throws Bypass {
    try {
      return constant(argument);
    } catch (Bypass e) {
      throw new Bypass(BypassReason.FILE);
    }
  }

  private void addFile(String name) throws Bypass {
    if (name.contains("://") || name.startsWith("~")) {
      throw new Bypass(BypassReason.FILE);
    }
    files.add(name);
  }

  private void resolveFunctions() throws Bypass {
    Set<String> wanted = new TreeSet<>(functions);
    wanted.addAll(tableFunctions);
    names.addAll(wanted);
    Map<String, List<Function>> found = catalog.find(wanted);
    for (String name : functions) {
      resolveFunction(lower(name), found.getOrDefault(name, List.of()));
    }
    for (String name : tableFunctions) {
      resolveTableFunction(lower(name), found.getOrDefault(name, List.of()));
    }
    functions.clear();
    tableFunctions.clear();
  }

  private void resolveFunction(String name, List<Function> overloads) throws Bypass {
    boolean known = name.equals("unnest");
    for (Function overload : overloads) {
      switch (overload.kind()) {
        case "macro" -> {
          texts.add("SELECT " + overload.definition().orElseThrow(() -> new Bypass(BypassReason.NOT_UNDERSTOOD)));
          known = true;
        }
        case "scalar", "aggregate", "window" -> {
          if (!overload.consistent() || NOT_CONSISTENT.contains(name)) {
            throw new Bypass(BypassReason.NON_DETERMINISTIC);
          }
          known = true;
        }
        default -> {
          // Of the same name, and not called here.
        }
      }
    }
    require(known);
  }

  private void resolveTableFunction(String name, List<Function> overloads) throws Bypass {
    boolean known = false;
    for (Function overload : overloads) {
      switch (overload.kind()) {
        case "table_macro" -> {
          texts.add(overload.definition().orElseThrow(() -> new Bypass(BypassReason.NOT_UNDERSTOOD)));
          known = true;
        }
        case "table" -> {
          if (!overload.consistent() || !(GENERATORS.contains(name) || READERS.contains(name))) {
            throw new Bypass(BypassReason.UNTRACKED_SOURCE);
          }
          known = true;
        }
        default -> {
          // Of the same name, and not called here.
        }
      }
    }
    require(known);
  }

  private void resolveTables() throws Bypass {
    Map<String, List<Item>> found = objects();
    for (Map.Entry<String, Boolean> table : tables.entrySet()) {
      String name = lower(table.getKey());
      boolean qualified = table.getValue();
      List<Item> objects =
          found.getOrDefault(name, List.of()).stream()
              // Found only by whoever names their schema.
              .filter(item -> qualified || !item.kind().equals("hidden view"))
              .toList();
      for (Item item : objects) {
        if (!item.usable()) {
          throw new Bypass(BypassReason.UNTRACKED_SOURCE);
        }
        if (item.kind().equals("view")) {
          texts.add(
              ViewText.query(item.definition().orElse("")).orElseThrow(() -> new Bypass(BypassReason.NOT_UNDERSTOOD)));
        } else if (item.definition().isPresent()) {
          texts.add("SELECT " + item.definition().get());
        }
      }
      if (objects.isEmpty()) {
        resolveOther(table.getKey(), qualified);
      }
    }
    tables.clear();
  }

  /// What is no table and no view: a name of a WITH clause, or a file.
  private void resolveOther(String name, boolean qualified) throws Bypass {
    require(!qualified);
    boolean isFile =
        COMPRESSED.stream()
            .anyMatch(
                compressed -> FILE_SUFFIXES.stream().anyMatch(suffix -> lower(name).endsWith(suffix + compressed)));
    if (isFile) {
      // It could be either, in different places.
      require(!withNames.contains(lower(name)));
      addFile(name);
    } else {
      require(withNames.contains(lower(name)));
    }
  }

  private Map<String, List<Item>> objects() {
    if (tables.isEmpty()) {
      return Map.of();
    }
    Set<String> wanted = tables.keySet().stream().map(StatementAnalyzer::lower).collect(Collectors.toSet());
    names.addAll(tables.keySet());
    List<Item> items =
        engine.sql(OBJECTS).uncached().with(Map.of("names", String.join(SEPARATOR, wanted))).run().as(Item.class);
    return items.stream().collect(Collectors.groupingBy(Item::name));
  }

  private String setting(String name) {
    return engine
        .sql("SELECT current_setting($1)::VARCHAR AS value")
        .uncached()
        .with(name)
        .run()
        .as(Setting.class)
        .getFirst()
        .value()
        .orElse("");
  }

  /// The expression of an argument, which may have a name.
  private static Json expression(Json argument) throws Bypass {
    return argument.member("expression").orElseThrow(() -> new Bypass(BypassReason.NOT_UNDERSTOOD));
  }

  /// The text of a constant.
  private static String constant(Json expression) throws Bypass {
    Optional<Json> literal = expression.member("literal");
    require(literal.flatMap(value -> value.text("kind")).equals(Optional.of("STRING")));
    return literal.flatMap(value -> value.text("text")).orElse("");
  }

  private static String text(Json value, String name) throws Bypass {
    return value.text(name).orElseThrow(() -> new Bypass(BypassReason.NOT_UNDERSTOOD));
  }

  private static void require(boolean understood) throws Bypass {
    if (!understood) {
      throw new Bypass(BypassReason.NOT_UNDERSTOOD);
    }
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
