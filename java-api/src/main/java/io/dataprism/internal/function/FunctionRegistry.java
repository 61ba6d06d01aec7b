package io.dataprism.internal.function;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.FunctionHandle;
import io.dataprism.bindings.FunctionSignature;
import io.dataprism.column.Column;
import io.dataprism.function.Aggregate;
import io.dataprism.function.AggregateFunctionBuilder;
import io.dataprism.function.FunctionRegistration;
import io.dataprism.function.Functions;
import io.dataprism.function.RowFunction;
import io.dataprism.function.ScalarFunctionBuilder;
import io.dataprism.function.TableFunction;
import io.dataprism.function.TableFunctionBuilder;
import io.dataprism.function.TernaryFunction;
import io.dataprism.function.VectorFunction;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Registers functions with an engine.
public final class FunctionRegistry implements Functions {
  private final Supplier<EngineHandle> engine;
  private final ValueCopy copy;
  private final UnaryOperator<@Nullable Object> parameterCopy;

  /// @param copy how results become what the bindings lay out
  /// @param parameterCopy how parameters do, whose classes tell their types
  public FunctionRegistry(
      Supplier<EngineHandle> engine, ValueCopy copy, UnaryOperator<@Nullable Object> parameterCopy) {
    this.engine = engine;
    this.copy = copy;
    this.parameterCopy = parameterCopy;
  }

  @Override
  public ScalarFunctionBuilder scalar(String name) {
    return new ScalarBuilder(this, name);
  }

  @Override
  public AggregateFunctionBuilder aggregate(String name) {
    return new AggregateBuilder(this, name);
  }

  @Override
  public TableFunctionBuilder table(String name) {
    return new TableBuilder(this, name);
  }

  @Override
  public <A, R> FunctionRegistration scalar(
      String name, Class<A> argument, Class<R> result, Function<? super A, ? extends @Nullable R> function) {
    Objects.requireNonNull(function, "function");
    return plain(name, result, (in, row) -> function.apply(value(argument, in.column(0), row)), argument);
  }

  @Override
  public <A, B, R> FunctionRegistration scalar(
      String name,
      Class<A> first,
      Class<B> second,
      Class<R> result,
      BiFunction<? super A, ? super B, ? extends @Nullable R> function) {
    Objects.requireNonNull(function, "function");
    RowFunction rows = (in, row) -> function.apply(value(first, in.column(0), row), value(second, in.column(1), row));
    return plain(name, result, rows, first, second);
  }

  @Override
  public <A, B, C, R> FunctionRegistration scalar(
      String name,
      Class<A> first,
      Class<B> second,
      Class<C> third,
      Class<R> result,
      TernaryFunction<? super A, ? super B, ? super C, ? extends @Nullable R> function) {
    Objects.requireNonNull(function, "function");
    RowFunction rows =
        (in, row) ->
            function.apply(
                value(first, in.column(0), row), value(second, in.column(1), row), value(third, in.column(2), row));
    return plain(name, result, rows, first, second, third);
  }

  private FunctionRegistration plain(String name, Class<?> result, RowFunction function, Class<?>... arguments) {
    ScalarFunctionBuilder builder = scalar(name).returns(JavaTypes.of(result));
    for (int i = 0; i < arguments.length; i++) {
      builder = builder.parameter("p" + (i + 1), JavaTypes.of(arguments[i]));
    }
    return builder.forEachRow(function);
  }

  /// Rows with NULL in them are not asked for.
  private static <T> T value(Class<T> type, Column column, long row) {
    return Objects.requireNonNull(type.cast(column.getObject(row)));
  }

  FunctionRegistration registerScalar(SignatureBuilder builder, VectorFunction function) {
    FunctionSignature signature = builder.build();
    ScalarCalls calls = new ScalarCalls(function, builder.layouts(), copy);
    return new RegisteredFunction(signature.name(), FunctionHandle.scalar(engine.get(), signature, calls));
  }

  <S> FunctionRegistration registerAggregate(SignatureBuilder builder, Aggregate<S> aggregate) {
    FunctionSignature signature = builder.build();
    AggregateCalls<S> calls = new AggregateCalls<>(aggregate, builder.layouts(), copy);
    return new RegisteredFunction(signature.name(), FunctionHandle.aggregate(engine.get(), signature, calls));
  }

  FunctionRegistration registerTable(SignatureBuilder builder, TableFunction function) {
    FunctionSignature signature = builder.buildTable(parameterCopy);
    EngineHandle handle = engine.get();
    TableCalls calls = new TableCalls(function, builder.layouts(), handle);
    return new RegisteredFunction(signature.name(), FunctionHandle.table(handle, signature, calls));
  }
}
