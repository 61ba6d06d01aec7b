package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionCall;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The layouts of a function's calls, each read once for a place in a query. Thread-safe.
final class CallLayouts {
  private static final int MAX_KEPT = 64;

  /// How arguments and results of calls lie in memory.
  ///
  /// @param names finds the arguments
  /// @param arguments one for each argument
  record CallLayout(Schema names, List<ColumnLayout> arguments, ColumnLayout result) {}

  private final List<String> parameters;
  private final Map<Long, CallLayout> byPlan = new ConcurrentHashMap<>();

  /// @param parameters names of the parameters
  CallLayouts(List<String> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  CallLayout of(FunctionCall call) {
    long plan = call.plan();
    CallLayout known = byPlan.get(plan);
    if (known == null) {
      if (byPlan.size() >= MAX_KEPT) {
        // Queries that have ended leave theirs behind; the others read theirs again.
        byPlan.clear();
      }
      known = read(call);
      byPlan.put(plan, known);
    }
    return known;
  }

  private CallLayout read(FunctionCall call) {
    ResultLayout layout = SchemaReader.read(call.schema());
    List<ColumnLayout> arguments = layout.columns().subList(0, layout.columns().size() - 1);
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      Field field = arguments.get(i).field();
      // DuckDB may know the parameters by the names of an earlier registration.
      String name = i < parameters.size() ? parameters.get(i) : field.name();
      fields.add(new Field(name, field.type(), field.nullable()));
    }
    return new CallLayout(new Schema(fields), arguments, layout.columns().getLast());
  }
}
