package io.dataprism.internal.function;

import io.dataprism.schema.DataType;
import org.jspecify.annotations.Nullable;

/// Turns a value for a type into what the bindings lay out.
@FunctionalInterface
public interface ValueCopy {
  /// Copies a value.
  @Nullable Object of(DataType type, @Nullable Object value);
}
