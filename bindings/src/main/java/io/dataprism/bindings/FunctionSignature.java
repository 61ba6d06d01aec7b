package io.dataprism.bindings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names and types of a function. Types are written as SQL writes them.
///
/// @param variadic the type of any number of arguments that follow, or null
/// @param nullsPassed whether the function wants to see NULL
/// @param isVolatile whether the function may give another result each time
public record FunctionSignature(
    String name,
    List<Parameter> parameters,
    @Nullable String variadic,
    String returns,
    boolean nullsPassed,
    boolean isVolatile) {

  /// A parameter.
  public record Parameter(String name, String type) {}
}
