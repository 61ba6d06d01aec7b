package io.dataprism.function;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A function of many rows. Several threads call it at once, each with states that no other uses meanwhile.
///
/// ```java
/// final class Product {
///   double value = 1;
/// }
///
/// Aggregate<Product> product = new Aggregate<>() {
///   public Product create() { return new Product(); }
///   public void update(Product state, Arguments in, long row) { state.value *= in.float64(0).get(row); }
///   public void combine(Product target, Product source) { target.value *= source.value; }
///   public Object finish(Product state) { return state.value; }
/// };
/// ```
///
/// @param <S> what is kept for each group: an object that changes
public interface Aggregate<S> {
  /// Makes a state that has seen no row.
  S create();

  /// Takes a row in.
  void update(S state, Arguments in, long row);

  /// Takes all rows in. Called instead of [#update] where all rows of a chunk belong to one group, and none is left out
  /// for NULL; overriding it is worth while for speed.
  default void updateAll(S state, Arguments in) {
    long rowCount = in.rowCount();
    for (long row = 0; row < rowCount; row++) {
      update(state, in, row);
    }
  }

  /// Takes all rows in, each into a state of its own. Called instead of [#update] where the rows of a chunk belong to
  /// several groups, and none is left out for NULL; overriding it is worth while for speed.
  ///
  /// @param states the state for each row; those of one group are the same object. Valid during the call
  default void updateEach(List<S> states, Arguments in) {
    for (int row = 0; row < states.size(); row++) {
      update(states.get(row), in, row);
    }
  }

  /// Takes what another state has seen into a state. The source must not change, nor share with the target what may
  /// change: windows take the same state into several others.
  void combine(S target, S source);

  /// The result, as [ResultWriter#set] takes it; null for NULL. The state may go on afterwards, so it must not change.
  @Nullable Object finish(S state);
}
