package io.dataprism.internal.function;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.FunctionBody;
import io.dataprism.bindings.FunctionCall;
import io.dataprism.function.TableFunction;
import io.dataprism.internal.registration.TableRegistrar;
import io.dataprism.registration.Table;
import java.util.Objects;

/// Runs a function that gives a table.
final class TableCalls implements FunctionBody {
  private final TableFunction function;
  private final CallLayouts layouts;
  private final EngineHandle engine;

  TableCalls(TableFunction function, CallLayouts layouts, EngineHandle engine) {
    this.function = function;
    this.layouts = layouts;
    this.engine = engine;
  }

  @Override
  public void run(FunctionCall call) throws Exception {
    Table table = function.apply(new ArgumentColumns(layouts.readArguments(call), call));
    Objects.requireNonNull(table, "the function gave null instead of a table");
    call.put(TableRegistrar.instance().source(table, engine));
  }
}
