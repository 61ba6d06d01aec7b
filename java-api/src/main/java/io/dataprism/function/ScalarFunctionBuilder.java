package io.dataprism.function;

import io.dataprism.error.CatalogException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;

/// Describes a function that gives a value for each row, and registers it. Used by one thread.
///
/// Types are [DataType]s, or texts as SQL writes them: an ENUM, whose values a `DataType` does not tell, is given as a
/// text, and so is `ANY`, a parameter that takes every type.
public interface ScalarFunctionBuilder {
  /// Adds a parameter.
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  ScalarFunctionBuilder parameter(String name, DataType type);

  /// Adds a parameter of a type as SQL writes it.
  ScalarFunctionBuilder parameter(String name, String type);

  /// Lets any number of arguments follow the parameters. They are called `argument1`, `argument2`, …
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  ScalarFunctionBuilder variadic(DataType type);

  /// Lets any number of arguments follow the parameters, of a type as SQL writes it.
  ScalarFunctionBuilder variadic(String type);

  /// Sets the type of the result.
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  ScalarFunctionBuilder returns(DataType type);

  /// Sets the type of the result, as SQL writes it.
  ScalarFunctionBuilder returns(String type);

  /// Gives the function rows with NULL in them, too. Otherwise their result is NULL, whatever the function gives.
  ScalarFunctionBuilder nullsPassed();

  /// Has the function called for each row, because it may give another result for the same arguments or has an effect.
  /// Otherwise one call may serve a whole query.
  ScalarFunctionBuilder volatileResults();

  /// Registers a function that works on columns: the fast form.
  ///
  /// @throws InvalidInputException if there is no type of the result, or DuckDB does not know a type
  /// @throws CatalogException if DuckDB has a function of this name, or one with these parameters is registered
  FunctionRegistration vectorized(VectorFunction function);

  /// Registers a function that is called for each row. Without [#nullsPassed()] it is not called for rows with NULL in
  /// them.
  ///
  /// @throws InvalidInputException if there is no type of the result, or DuckDB does not know a type
  /// @throws CatalogException if DuckDB has a function of this name, or one with these parameters is registered
  FunctionRegistration forEachRow(RowFunction function);
}
