package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionSignature;
import io.dataprism.bindings.ParameterList;
import io.dataprism.schema.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Collects names and types of a function. Used by one thread.
final class SignatureBuilder {
  private final String name;
  private final List<FunctionSignature.Parameter> parameters = new ArrayList<>();
  private final List<FunctionSignature.Parameter> named = new ArrayList<>();
  private final List<@Nullable Object> defaults = new ArrayList<>();
  private @Nullable String variadic;
  private @Nullable String returns;
  private boolean nullsPassed;
  private boolean isVolatile;

  SignatureBuilder(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  void parameter(String parameter, String type) {
    parameters.add(
        new FunctionSignature.Parameter(
            Objects.requireNonNull(parameter, "name"), Objects.requireNonNull(type, "type")));
  }

  void named(String parameter, String type, @Nullable Object defaultValue) {
    named.add(
        new FunctionSignature.Parameter(
            Objects.requireNonNull(parameter, "name"), Objects.requireNonNull(type, "type")));
    defaults.add(defaultValue);
  }

  void variadic(String type) {
    variadic = Objects.requireNonNull(type, "type");
  }

  void returns(String type) {
    returns = Objects.requireNonNull(type, "type");
  }

  void returns(DataType type) {
    returns(JavaTypes.sql(type));
  }

  void nullsPassed() {
    nullsPassed = true;
  }

  void volatileResults() {
    isVolatile = true;
  }

  boolean isNullPassed() {
    return nullsPassed;
  }

  CallLayouts layouts() {
    return new CallLayouts(parameters.stream().map(FunctionSignature.Parameter::name).toList());
  }

  FunctionSignature build() {
    if (returns == null) {
      throw JavaTypes.invalid("the function '" + name + "' has no type of its result", "set it with returns");
    }
    return build(ParameterList.positional());
  }

  /// The signature of a table function.
  ///
  /// @param copy how defaults become what the bindings lay out
  FunctionSignature buildTable(UnaryOperator<@Nullable Object> copy) {
    return build(ParameterList.positional(defaults.stream().map(copy).toArray()));
  }

  private FunctionSignature build(ParameterList encoded) {
    return new FunctionSignature(
        name, List.copyOf(parameters), variadic, List.copyOf(named), encoded, returns, nullsPassed, isVolatile);
  }
}
