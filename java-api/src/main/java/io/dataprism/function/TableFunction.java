package io.dataprism.function;

import io.dataprism.registration.Table;

/// A function that gives a table. Several threads call it.
@FunctionalInterface
public interface TableFunction {
  /// Gives the table of a call. Its columns may depend on the arguments.
  ///
  /// This is called when a statement is planned, and once more for each reading of the table after the first: when a
  /// prepared statement runs again, or a query reads one call twice. Columns and types must be the same then.
  ///
  /// @param in the arguments, which are columns of one row, and are gone after the call
  /// @return a table, which is read once; what it holds on to is let go of when it has been read, or when the statement
  ///   is gone
  /// @throws Exception what it throws becomes the cause of the query's failure
  Table apply(Arguments in) throws Exception;
}
