package io.dataprism.internal.function;

import io.dataprism.function.FunctionRegistration;
import io.dataprism.function.RowFunction;
import io.dataprism.function.ScalarFunctionBuilder;
import io.dataprism.function.VectorFunction;
import io.dataprism.schema.DataType;
import java.util.Objects;

/// Describes a function that gives a value for each row.
final class ScalarBuilder implements ScalarFunctionBuilder {
  private final FunctionRegistry registry;
  private final SignatureBuilder signature;

  ScalarBuilder(FunctionRegistry registry, String name) {
    this.registry = registry;
    this.signature = new SignatureBuilder(name);
  }

  @Override
  public ScalarFunctionBuilder parameter(String name, DataType type) {
    return parameter(name, JavaTypes.sql(type));
  }

  @Override
  public ScalarFunctionBuilder parameter(String name, String type) {
    signature.parameter(name, type);
    return this;
  }

  @Override
  public ScalarFunctionBuilder variadic(DataType type) {
    return variadic(JavaTypes.sql(type));
  }

  @Override
  public ScalarFunctionBuilder variadic(String type) {
    signature.variadic(type);
    return this;
  }

  @Override
  public ScalarFunctionBuilder returns(DataType type) {
    signature.returns(type);
    return this;
  }

  @Override
  public ScalarFunctionBuilder returns(String type) {
    signature.returns(type);
    return this;
  }

  @Override
  public ScalarFunctionBuilder nullsPassed() {
    signature.nullsPassed();
    return this;
  }

  @Override
  public ScalarFunctionBuilder volatileResults() {
    signature.volatileResults();
    return this;
  }

  @Override
  public FunctionRegistration vectorized(VectorFunction function) {
    Objects.requireNonNull(function, "function");
    return registry.registerScalar(signature, function);
  }

  @Override
  public FunctionRegistration forEachRow(RowFunction function) {
    Objects.requireNonNull(function, "function");
    return vectorized(ScalarCalls.forEachRow(function, signature.isNullPassed()));
  }
}
