package io.dataprism.function;

import io.dataprism.error.CatalogException;
import io.dataprism.error.InvalidInputException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Registers functions written in Java.
///
/// ```java
/// try (FunctionRegistration twice = engine.functions().scalar("twice", Long.class, Long.class, x -> 2 * x)) {
///   engine.query("SELECT twice(21)");
/// }
/// ```
///
/// The short forms take their SQL types from classes: `Boolean`, `Byte`, `Short`, `Integer`, `Long`, `BigInteger`
/// (HUGEINT), `Float`, `Double`, `String`, `byte[]` (BLOB), `LocalDate`, `LocalTime`, `OffsetTime`, `LocalDateTime`,
/// `Instant`, `UUID` and [io.dataprism.column.Interval]. Their result is NULL where an argument is. Thread-safe.
public interface Functions {
  /// Describes a function that gives a value for each row.
  ///
  /// @param name by which SQL calls it
  ScalarFunctionBuilder scalar(String name);

  /// Describes a function that gives one value for many rows.
  ///
  /// @param name by which SQL calls it
  AggregateFunctionBuilder aggregate(String name);

  /// Describes a function that gives a table, for FROM.
  ///
  /// @param name by which SQL calls it
  TableFunctionBuilder table(String name);

  /// Registers a function of one argument.
  ///
  /// @throws InvalidInputException if a class has no SQL type
  /// @throws CatalogException if there is such a function
  <A, R> FunctionRegistration scalar(
      String name, Class<A> argument, Class<R> result, Function<? super A, ? extends @Nullable R> function);

  /// Registers a function of two arguments.
  ///
  /// @throws InvalidInputException if a class has no SQL type
  /// @throws CatalogException if there is such a function
  <A, B, R> FunctionRegistration scalar(
      String name,
      Class<A> first,
      Class<B> second,
      Class<R> result,
      BiFunction<? super A, ? super B, ? extends @Nullable R> function);

  /// Registers a function of three arguments.
  ///
  /// @throws InvalidInputException if a class has no SQL type
  /// @throws CatalogException if there is such a function
  <A, B, C, R> FunctionRegistration scalar(
      String name,
      Class<A> first,
      Class<B> second,
      Class<C> third,
      Class<R> result,
      TernaryFunction<? super A, ? super B, ? super C, ? extends @Nullable R> function);
}
