package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionBody;
import io.dataprism.bindings.FunctionCall;
import io.dataprism.function.RowFunction;
import io.dataprism.function.VectorFunction;
import io.dataprism.internal.function.CallLayouts.CallLayout;

/// Runs a function that gives a value for each row.
final class ScalarCalls implements FunctionBody {
  private final VectorFunction function;
  private final CallLayouts layouts;
  private final ValueCopy copy;

  ScalarCalls(VectorFunction function, CallLayouts layouts, ValueCopy copy) {
    this.function = function;
    this.layouts = layouts;
    this.copy = copy;
  }

  /// A function that is called for each row, or each without NULL.
  static VectorFunction forEachRow(RowFunction function, boolean nullsPassed) {
    return (in, out) -> {
      ArgumentColumns arguments = (ArgumentColumns) in;
      for (long row = 0; row < arguments.rowCount(); row++) {
        if (nullsPassed || !arguments.hasNull(row)) {
          out.set(row, function.apply(arguments, row));
        }
      }
    };
  }

  @Override
  public void run(FunctionCall call) throws Exception {
    CallLayout layout = layouts.of(call);
    ResultBuffer result = new ResultBuffer(call, layout.result(), copy);
    function.apply(new ArgumentColumns(layout.arguments(), call), result);
    result.finish();
  }
}
