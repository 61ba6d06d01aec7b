package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionBody;
import io.dataprism.bindings.FunctionCall;
import io.dataprism.function.Aggregate;
import io.dataprism.internal.function.CallLayouts.CallLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Runs a function that gives one value for many rows.
final class AggregateCalls<S> implements FunctionBody {
  private final Aggregate<S> aggregate;
  private final CallLayouts layouts;
  private final ValueCopy copy;
  private final Map<Long, StateStore<S>> stores = new ConcurrentHashMap<>();

  AggregateCalls(Aggregate<S> aggregate, CallLayouts layouts, ValueCopy copy) {
    this.aggregate = aggregate;
    this.layouts = layouts;
    this.copy = copy;
  }

  @Override
  public void run(FunctionCall call) {
    switch (call.step()) {
      case UPDATE -> update(call, store(call));
      case COMBINE -> combine(call, store(call));
      case FINISH -> finish(call, store(call));
      case DESTROY -> store(call).forget(call.states());
      case RELEASE -> stores.remove(call.plan());
      case CALL, BIND -> throw new IllegalStateException("an aggregate is called as another function");
    }
  }

  private StateStore<S> store(FunctionCall call) {
    StateStore<S> store = stores.get(call.plan());
    return store != null ? store : stores.computeIfAbsent(call.plan(), _ -> new StateStore<>(aggregate::create));
  }

  private void update(FunctionCall call, StateStore<S> store) {
    ArgumentColumns arguments = new ArgumentColumns(layouts.of(call).arguments(), call);
    long[] states = call.states();
    long[] complete = call.complete();
    int rowCount = (int) call.rowCount();
    boolean one = call.isOneState();
    if (isFull(complete, rowCount)) {
      if (one) {
        aggregate.updateAll(store.get(states[0]), arguments);
      } else {
        aggregate.updateEach(store.all(states, rowCount), arguments);
      }
      return;
    }
    for (int row = 0; row < rowCount; row++) {
      if (complete.length == 0 || (complete[row / Long.SIZE] >>> row & 1) != 0) {
        aggregate.update(store.get(states[one ? 0 : row]), arguments, row);
      }
    }
  }

  private static boolean isFull(long[] complete, long rowCount) {
    long rows = 0;
    for (int i = 0; i < complete.length; i++) {
      long left = rowCount - (long) i * Long.SIZE;
      rows += Long.bitCount(left >= Long.SIZE ? complete[i] : complete[i] & (1L << left) - 1);
    }
    return complete.length == 0 || rows == rowCount;
  }

  private void combine(FunctionCall call, StateStore<S> store) {
    long[] sources = call.sources();
    long[] targets = call.states();
    for (int i = 0; i < targets.length; i++) {
      S source = store.find(sources[i]);
      if (source != null) {
        aggregate.combine(store.get(targets[i]), source);
      }
    }
  }

  private void finish(FunctionCall call, StateStore<S> store) {
    CallLayout layout = layouts.of(call);
    ResultBuffer result = new ResultBuffer(call, layout.result(), copy);
    long[] states = call.states();
    for (int row = 0; row < states.length; row++) {
      S state = store.find(states[row]);
      result.set(row, aggregate.finish(state == null ? aggregate.create() : state));
    }
    result.finish();
  }
}
