package io.dataprism.function;

import io.dataprism.error.CatalogException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;

/// Describes a function that gives a table, and registers it. Used by one thread.
///
/// Types are [DataType]s, or texts as SQL writes them: an ENUM, whose values a `DataType` does not tell, is given as a
/// text, and so is `ANY`, a parameter that takes every type. Arguments are constants or parameters of the statement,
/// and are cast to the types.
public interface TableFunctionBuilder {
  /// Adds a parameter, which is given by its position.
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  TableFunctionBuilder parameter(String name, DataType type);

  /// Adds a parameter of a type as SQL writes it, which is given by its position.
  TableFunctionBuilder parameter(String name, String type);

  /// Lets any number of arguments follow the parameters. They are called `argument1`, `argument2`, …
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  TableFunctionBuilder variadic(DataType type);

  /// Lets any number of arguments follow the parameters, of a type as SQL writes it.
  TableFunctionBuilder variadic(String type);

  /// Adds a parameter that a call gives by its name, as in `f(1, size := 2)`, or leaves out. It is NULL then.
  ///
  /// @throws InvalidInputException if the type has to be given as a text
  TableFunctionBuilder named(String name, DataType type);

  /// Adds a parameter of a type as SQL writes it that a call gives by its name or leaves out. It is NULL then.
  TableFunctionBuilder named(String name, String type);

  /// Adds a parameter that a call gives by its name or leaves out.
  ///
  /// @param defaultValue what it is where it is left out or NULL: a value as [io.dataprism.Engine#query] takes it,
  ///   which is cast to the type when the function is registered
  /// @throws InvalidInputException if the type has to be given as a text
  TableFunctionBuilder named(String name, DataType type, Object defaultValue);

  /// Adds a parameter of a type as SQL writes it that a call gives by its name or leaves out.
  ///
  /// @param defaultValue as for [#named(String, DataType, Object)]
  TableFunctionBuilder named(String name, String type, Object defaultValue);

  /// Registers the function.
  ///
  /// DuckDB keeps the parameters of a name until the engine is closed: one that was registered before takes the same
  /// named parameters again, unless it takes other types by position.
  ///
  /// @throws InvalidInputException if DuckDB does not know a type, or two parameters have one name
  /// @throws CatalogException if DuckDB has a function of this name, or one is or was registered that does not go with
  ///   it
  /// @throws ConversionException if a default does not become a value of its type
  FunctionRegistration register(TableFunction function);
}
