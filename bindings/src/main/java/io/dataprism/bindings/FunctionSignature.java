package io.dataprism.bindings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names and types of a function. Types are written as SQL writes them.
///
/// @param variadic the type of any number of arguments that follow, or null
/// @param named parameters that calls give by their names, or leave out; of table functions alone
/// @param defaults what each of these is where it is left out, or NULL
/// @param returns the type of the result; null for a table function
/// @param nullsPassed whether the function wants to see NULL
/// @param isVolatile whether the function may give another result each time
public record FunctionSignature(
    String name,
    List<Parameter> parameters,
    @Nullable String variadic,
    List<Parameter> named,
    ParameterList defaults,
    @Nullable String returns,
    boolean nullsPassed,
    boolean isVolatile) {

  /// A parameter.
  public record Parameter(String name, String type) {}
}
