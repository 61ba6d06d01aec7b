package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionCall;
import io.dataprism.internal.arrow.ColumnLayout;
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

  /// How the arguments of calls lie in memory.
  ///
  /// @param names finds the arguments
  /// @param columns one for each argument
  record ArgumentLayout(Schema names, List<ColumnLayout> columns) {}

  /// How arguments and results of calls lie in memory.
  record CallLayout(ArgumentLayout arguments, ColumnLayout result) {}

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
    List<ColumnLayout> columns = SchemaReader.read(call.schema()).columns();
    return new CallLayout(arguments(columns.subList(0, columns.size() - 1)), columns.getLast());
  }

  /// The layout of a call for a table, which has no other result.
  ArgumentLayout readArguments(FunctionCall call) {
    return arguments(SchemaReader.read(call.schema()).columns());
  }

  private ArgumentLayout arguments(List<ColumnLayout> columns) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Field field = columns.get(i).field();
      // DuckDB may know the parameters by the names of an earlier registration.
      String name = i < parameters.size() ? parameters.get(i) : field.name();
      fields.add(new Field(name, field.type(), field.nullable()));
    }
    return new ArgumentLayout(new Schema(fields), columns);
  }
}
