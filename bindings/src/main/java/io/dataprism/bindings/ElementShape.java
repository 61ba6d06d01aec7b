package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What values have in common that are to get one type: the elements of a list, or the keys or values of a map.
///
/// DuckDB finds a type for almost any mixture, if need be by writing numbers as text, which nobody who mixes them up by
/// mistake would notice. So only numbers go with other numbers, and NULL with everything.
final class ElementShape {
  private static final int UNKNOWN = Dataprism.DP_VALUE_NULL();

  private int family = UNKNOWN;
  private @Nullable Object first;

  /// The type of casts, or the names of fields.
  private @Nullable Object details;

  private final List<ElementShape> parts = new ArrayList<>();

  /// Takes one more value in.
  ///
  /// @param type the native type of the value
  /// @param details what else has to be the same, or null
  /// @throws RefusedValueException if the value does not go with those before it
  void accept(int type, @Nullable Object details, @Nullable Object value) {
    int of = family(type);
    if (of == UNKNOWN) {
      return;
    }
    if (family == UNKNOWN) {
      this.family = of;
      this.details = details;
      this.first = value;
      return;
    }
    if (family != of || (details != null && !details.equals(this.details))) {
      throw new RefusedValueException(
          value,
          "does not go with " + RefusedValueException.describe(first) + " before it",
          "a list has elements of one type, or numbers; give the whole list its type with SqlValue.of");
    }
  }

  /// What the parts at a place of the values have in common.
  ElementShape part(int index) {
    while (parts.size() <= index) {
      parts.add(new ElementShape());
    }
    return parts.get(index);
  }

  private static int family(int type) {
    if (type >= Dataprism.DP_VALUE_INT8() && type <= Dataprism.DP_VALUE_DECIMAL()) {
      return Dataprism.DP_VALUE_DECIMAL();
    }
    return type == Dataprism.DP_VALUE_TIMESTAMP_NS() ? Dataprism.DP_VALUE_TIMESTAMP() : type;
  }
}
