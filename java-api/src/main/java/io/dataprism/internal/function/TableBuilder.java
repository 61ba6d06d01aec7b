package io.dataprism.internal.function;

import io.dataprism.function.FunctionRegistration;
import io.dataprism.function.TableFunction;
import io.dataprism.function.TableFunctionBuilder;
import io.dataprism.schema.DataType;
import java.util.Objects;

/// Describes a function that gives a table.
final class TableBuilder implements TableFunctionBuilder {
  private final FunctionRegistry registry;
  private final SignatureBuilder signature;

  TableBuilder(FunctionRegistry registry, String name) {
    this.registry = registry;
    this.signature = new SignatureBuilder(name);
  }

  @Override
  public TableFunctionBuilder parameter(String name, DataType type) {
    return parameter(name, JavaTypes.sql(type));
  }

  @Override
  public TableFunctionBuilder parameter(String name, String type) {
    signature.parameter(name, type);
    return this;
  }

  @Override
  public TableFunctionBuilder variadic(DataType type) {
    return variadic(JavaTypes.sql(type));
  }

  @Override
  public TableFunctionBuilder variadic(String type) {
    signature.variadic(type);
    return this;
  }

  @Override
  public TableFunctionBuilder named(String name, DataType type) {
    return named(name, JavaTypes.sql(type));
  }

  @Override
  public TableFunctionBuilder named(String name, String type) {
    signature.named(name, type, null);
    return this;
  }

  @Override
  public TableFunctionBuilder named(String name, DataType type, Object defaultValue) {
    return named(name, JavaTypes.sql(type), defaultValue);
  }

  @Override
  public TableFunctionBuilder named(String name, String type, Object defaultValue) {
    signature.named(name, type, Objects.requireNonNull(defaultValue, "defaultValue"));
    return this;
  }

  @Override
  public FunctionRegistration register(TableFunction function) {
    Objects.requireNonNull(function, "function");
    return registry.registerTable(signature, function);
  }
}
