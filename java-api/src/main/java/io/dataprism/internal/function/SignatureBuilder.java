package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionSignature;
import io.dataprism.schema.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Collects names and types of a function. Used by one thread.
final class SignatureBuilder {
  private final String name;
  private final List<FunctionSignature.Parameter> parameters = new ArrayList<>();
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
    return new FunctionSignature(name, List.copyOf(parameters), variadic, returns, nullsPassed, isVolatile);
  }
}
