package io.dataprism.plan;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// An operator of a plan, with the operators whose rows it takes. Immutable.
///
/// @param operator the name that DuckDB gives the operator, such as `HASH_JOIN`. The names are DuckDB's and may change
///   with its version; scans of tables are called `SEQ_SCAN` before they run and `TABLE_SCAN` afterwards.
/// @param details what else DuckDB tells of the operator, such as `Table`, `Filters` or `Join Type`, in DuckDB's order
/// @param estimatedRows how many rows DuckDB expected the operator to give, where it says so
/// @param actualRows how many rows the operator gave; empty for a plan that has not been run
/// @param time the time that all threads together spent in the operator itself, without its children; empty for a plan
///   that has not been run
/// @param children the operators whose rows it takes, of a hash join first those that are looked up, then those that
///   the hash table is made of
public record PlanNode(
    String operator,
    Map<String, List<String>> details,
    OptionalLong estimatedRows,
    OptionalLong actualRows,
    Optional<Duration> time,
    List<PlanNode> children) {
  /// Copies details and children, and rejects null.
  public PlanNode {
    Objects.requireNonNull(operator, "operator");
    Objects.requireNonNull(estimatedRows, "estimatedRows");
    Objects.requireNonNull(actualRows, "actualRows");
    Objects.requireNonNull(time, "time");
    Map<String, List<String>> copy = new LinkedHashMap<>();
    details.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    details = Collections.unmodifiableMap(copy);
    children = List.copyOf(children);
  }

  /// This operator and all below it, each before its children.
  public Stream<PlanNode> nodes() {
    return Stream.concat(Stream.of(this), children.stream().flatMap(PlanNode::nodes));
  }
}
