package io.dataprism.bindings;

import org.jspecify.annotations.Nullable;

/// Values for the parameters of a statement, by position or each with a name.
public final class ParameterList {
  private final String @Nullable [] names;
  private final @Nullable Object[] values;

  private ParameterList(String @Nullable [] names, @Nullable Object[] values) {
    this.names = names;
    this.values = values;
  }

  /// Values for `?` and `$1`, `$2`, …
  ///
  /// @param values are kept, and must not be changed any more
  public static ParameterList positional(@Nullable Object... values) {
    return new ParameterList(null, values);
  }

  /// Values for `$name`s.
  ///
  /// @param names without the `$`; they are kept, as are the values, and must not be changed any more
  /// @param values as many as there are names
  public static ParameterList named(String[] names, @Nullable Object[] values) {
    return new ParameterList(names, values);
  }

  /// How many values there are.
  public int size() {
    return values.length;
  }

  /// The value at a place.
  public @Nullable Object value(int index) {
    return values[index];
  }

  /// The name of the parameter that takes the value at a place, or null where that goes by position.
  public @Nullable String name(int index) {
    return names == null ? null : names[index];
  }

  /// What a message calls the parameter of the value at a place.
  String describe(int index) {
    return names == null ? "parameter " + (index + 1) : "parameter $" + names[index];
  }
}
