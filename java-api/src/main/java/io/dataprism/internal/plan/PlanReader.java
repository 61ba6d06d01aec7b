package io.dataprism.internal.plan;

import io.dataprism.internal.json.Json;
import io.dataprism.plan.PlanNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Makes operators of what DuckDB writes as JSON.
final class PlanReader {
  private static final String DETAILS = "extra_info";
  private static final String ESTIMATE = "Estimated Cardinality";
  private static final String ROWS = "intermediate_rows";
  private static final String TIME = "timing";
  private static final String CHILDREN = "children";

  /// What DuckDB calls the operator: in a plan, and in what it measured.
  private static final List<String> NAMES = List.of("name", "type");

  /// The operators that EXPLAIN ANALYZE puts around the statement.
  private static final Set<String> WRAPPERS = Set.of("RESULT_COLLECTOR", "EXPLAIN_ANALYZE");

  private PlanReader() {}

  static PlanNode node(Json operator) {
    return new PlanNode(
        NAMES.stream().flatMap(name -> operator.text(name).stream()).findFirst().orElse("UNKNOWN"),
        details(operator),
        rows(operator.member(DETAILS).flatMap(details -> details.text(ESTIMATE))),
        rows(operator.text(ROWS)),
        operator.text(TIME).map(PlanReader::seconds),
        operator.member(CHILDREN).stream()
            .flatMap(children -> children.elements().stream())
            .map(PlanReader::node)
            .toList());
  }

  /// The statement's own operators in what DuckDB measured.
  static Optional<PlanNode> measured(Json profile) {
    Optional<PlanNode> node =
        profile
            .member("operator")
            .flatMap(operators -> operators.elements().stream().findFirst())
            .map(PlanReader::node);
    while (node.isPresent() && WRAPPERS.contains(node.get().operator())) {
      node = node.get().children().stream().findFirst();
    }
    return node;
  }

  static Optional<Duration> totalTime(Json profile) {
    return profile.member("query").flatMap(query -> query.text("total_time")).map(PlanReader::seconds);
  }

  private static Map<String, List<String>> details(Json operator) {
    Map<String, List<String>> details = new LinkedHashMap<>();
    operator.member(DETAILS).ifPresent(info -> info.members().forEach((key, value) -> details.put(key, texts(value))));
    details.remove(ESTIMATE);
    operator
        .members()
        .forEach((key, value) -> {
          if (value.scalar() != null && !NAMES.contains(key) && !key.equals(ROWS) && !key.equals(TIME)) {
            details.put(key, texts(value));
          }
        });
    return details;
  }

  private static List<String> texts(Json value) {
    String scalar = value.scalar();
    if (scalar == null) {
      return value.elements().stream().flatMap(element -> texts(element).stream()).toList();
    }
    return scalar.isEmpty() ? List.of() : List.of(scalar);
  }

  private static OptionalLong rows(Optional<String> number) {
    return number.map(text -> OptionalLong.of(whole(new BigDecimal(text)))).orElse(OptionalLong.empty());
  }

  /// DuckDB counts without a sign, and its estimate for a product of many tables may be as large as it can count.
  private static long whole(BigDecimal number) {
    return number.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
  }

  private static Duration seconds(String number) {
    return Duration.ofNanos(whole(new BigDecimal(number).movePointRight(9)));
  }
}
