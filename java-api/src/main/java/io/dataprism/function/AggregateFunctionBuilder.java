package io.dataprism.function;

import io.dataprism.error.CatalogException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;

/// Describes a function that gives one value for many rows, and registers it. Used by one thread.
///
/// Types are [DataType]s, or texts as SQL writes them.
public interface AggregateFunctionBuilder {
  /// Adds a parameter.
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  AggregateFunctionBuilder parameter(String name, DataType type);

  /// Adds a parameter of a type as SQL writes it.
  AggregateFunctionBuilder parameter(String name, String type);

  /// Lets any number of arguments follow the parameters. They are called `argument1`, `argument2`, …
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  AggregateFunctionBuilder variadic(DataType type);

  /// Lets any number of arguments follow the parameters, of a type as SQL writes it.
  AggregateFunctionBuilder variadic(String type);

  /// Sets the type of the result.
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  AggregateFunctionBuilder returns(DataType type);

  /// Sets the type of the result, as SQL writes it.
  AggregateFunctionBuilder returns(String type);

  /// Gives the function rows with NULL in them, too. Otherwise it does not see them.
  AggregateFunctionBuilder nullsPassed();

  /// Registers the function.
  ///
  /// DuckDB has one aggregate of a name, and keeps its types until the engine is closed: a name that was registered
  /// before takes the same types again, and no others.
  ///
  /// @throws InvalidInputException if there is no type of the result, or DuckDB does not know a type
  /// @throws CatalogException if DuckDB has a function of this name, or one is or was registered that does not go with
  ///   it
  <S> FunctionRegistration register(Aggregate<S> aggregate);
}
