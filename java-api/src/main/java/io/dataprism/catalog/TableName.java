package io.dataprism.catalog;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.SqlNames;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The full name of a table or view. Immutable.
///
/// Names are plain text, not SQL: whatever they hold, [#sql()] quotes it.
///
/// @param database the database; temporary tables and views are in `temp`
/// @param schemaPath the schema, preceded by those that it lies in if it is nested; never empty
/// @param name the name of the table or view itself
public record TableName(String database, List<String> schemaPath, String name) {
  /// Rejects null.
  ///
  /// @throws InvalidInputException if the path of schemas is empty
  public TableName {
    Objects.requireNonNull(database, "database");
    Objects.requireNonNull(name, "name");
    schemaPath = List.copyOf(schemaPath);
    if (schemaPath.isEmpty()) {
      throw new InvalidInputException(
          Details.of(ErrorCode.INVALID_INPUT, "a table is in a schema, and the path of schemas is empty", null));
    }
  }

  /// The name of a table or view in a schema that is not nested.
  public TableName(String database, String schema, String name) {
    this(database, List.of(schema), name);
  }

  /// The name of the schema, without those that it lies in.
  public String schema() {
    return schemaPath.getLast();
  }

  /// The name as a statement has to write it, with every part quoted.
  public String sql() {
    return joined(SqlNames::identifier);
  }

  /// The name for people, such as `memory.main.flights`; parts are quoted where they have to be.
  @Override
  public String toString() {
    return joined(SqlNames::readable);
  }

  private String joined(UnaryOperator<String> quote) {
    return Stream.of(Stream.of(database), schemaPath.stream(), Stream.of(name))
        .flatMap(parts -> parts)
        .map(quote)
        .collect(Collectors.joining("."));
  }
}
