package io.dataprism.registration;

import io.dataprism.schema.Schema;

/// Makes the rows of a table, part by part: see [Table#generated].
@FunctionalInterface
public interface RowGenerator {
  /// Begins to make the rows of a part. Called from any thread, several at once.
  ///
  /// @param part which part, counted from zero
  /// @param wanted the columns that are wanted of the rows, in any order
  /// @throws Exception what it throws becomes the cause of the query's failure
  GeneratedPart open(int part, Schema wanted) throws Exception;
}
