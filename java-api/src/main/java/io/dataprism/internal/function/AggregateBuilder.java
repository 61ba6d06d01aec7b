package io.dataprism.internal.function;

import io.dataprism.function.Aggregate;
import io.dataprism.function.AggregateFunctionBuilder;
import io.dataprism.function.FunctionRegistration;
import io.dataprism.schema.DataType;
import java.util.Objects;

/// Describes a function that gives one value for many rows.
final class AggregateBuilder implements AggregateFunctionBuilder {
  private final FunctionRegistry registry;
  private final SignatureBuilder signature;

  AggregateBuilder(FunctionRegistry registry, String name) {
    this.registry = registry;
    this.signature = new SignatureBuilder(name);
  }

  @Override
  public AggregateFunctionBuilder parameter(String name, DataType type) {
    return parameter(name, JavaTypes.sql(type));
  }

  @Override
  public AggregateFunctionBuilder parameter(String name, String type) {
    signature.parameter(name, type);
    return this;
  }

  @Override
  public AggregateFunctionBuilder variadic(DataType type) {
    return variadic(JavaTypes.sql(type));
  }

  @Override
  public AggregateFunctionBuilder variadic(String type) {
    signature.variadic(type);
    return this;
  }

  @Override
  public AggregateFunctionBuilder returns(DataType type) {
    signature.returns(type);
    return this;
  }

  @Override
  public AggregateFunctionBuilder returns(String type) {
    signature.returns(type);
    return this;
  }

  @Override
  public AggregateFunctionBuilder nullsPassed() {
    signature.nullsPassed();
    return this;
  }

  @Override
  public <S> FunctionRegistration register(Aggregate<S> aggregate) {
    Objects.requireNonNull(aggregate, "aggregate");
    return registry.registerAggregate(signature, aggregate);
  }
}
