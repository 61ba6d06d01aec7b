package io.dataprism.internal.execution;

import io.dataprism.bindings.BatchReceiver;
import io.dataprism.bindings.Delivered;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.StatementHandle;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.handle.Errors;
import java.util.List;

/// What a query runs: SQL, or a statement that has been prepared, once or for each row of values.
public sealed interface Work {
  /// The exact text.
  String sql();

  /// Whether it cannot be run any more.
  boolean isClosed();

  /// Runs it for its rows.
  ResultHandle query(SessionHandle session, ParameterList parameters);

  /// Runs it to its end, and tells how many rows it changed.
  long execute(SessionHandle session, ParameterList parameters);

  /// Runs it for its rows, which a receiver takes in any order.
  Delivered queryUnordered(SessionHandle session, ParameterList parameters, BatchReceiver receiver);

  /// Runs it for its rows, which DuckDB writes to a file, and tells how many they are.
  ///
  /// @param destination what a COPY has behind its TO
  long copy(SessionHandle session, ParameterList parameters, String destination);

  /// SQL that is parsed and planned for each run.
  record Sql(String sql) implements Work {
    @Override
    public boolean isClosed() {
      return false;
    }

    @Override
    public ResultHandle query(SessionHandle session, ParameterList parameters) {
      return session.query(sql, parameters);
    }

    @Override
    public long execute(SessionHandle session, ParameterList parameters) {
      return session.execute(sql, parameters);
    }

    @Override
    public Delivered queryUnordered(SessionHandle session, ParameterList parameters, BatchReceiver receiver) {
      return session.queryUnordered(sql, parameters, receiver);
    }

    @Override
    public long copy(SessionHandle session, ParameterList parameters, String destination) {
      return session.copy(sql, parameters, destination);
    }
  }

  /// A prepared statement.
  record Prepared(StatementHandle statement) implements Work {
    @Override
    public String sql() {
      return statement.sql();
    }

    @Override
    public boolean isClosed() {
      return statement.isClosed();
    }

    @Override
    public ResultHandle query(SessionHandle session, ParameterList parameters) {
      return session.query(statement, parameters);
    }

    @Override
    public long execute(SessionHandle session, ParameterList parameters) {
      return session.execute(statement, parameters);
    }

    @Override
    public Delivered queryUnordered(SessionHandle session, ParameterList parameters, BatchReceiver receiver) {
      return session.queryUnordered(statement, parameters, receiver);
    }

    @Override
    public long copy(SessionHandle session, ParameterList parameters, String destination) {
      return session.copy(statement, parameters, destination);
    }
  }

  /// A prepared statement that is run once for each row of values.
  ///
  /// @param rows each with as many values as there are parameters
  /// @param width how many those are, at least one
  record Batch(StatementHandle statement, List<ParameterList> rows, int width) implements Work {
    @Override
    public String sql() {
      return statement.sql();
    }

    @Override
    public boolean isClosed() {
      return statement.isClosed();
    }

    @Override
    public ResultHandle query(SessionHandle session, ParameterList parameters) {
      throw givesNoRows();
    }

    @Override
    public long execute(SessionHandle session, ParameterList parameters) {
      if (parameters.size() > 0) {
        throw invalid("a batch has its values in its rows", "leave out the values that were given besides");
      }
      return session.executeBatch(statement, rows, width);
    }

    @Override
    public Delivered queryUnordered(SessionHandle session, ParameterList parameters, BatchReceiver receiver) {
      throw givesNoRows();
    }

    @Override
    public long copy(SessionHandle session, ParameterList parameters, String destination) {
      throw givesNoRows();
    }

    private static DataPrismException givesNoRows() {
      return invalid("a batch gives no rows", "run it with execute() or executeAsync()");
    }

    private static DataPrismException invalid(String message, String hint) {
      return Errors.of(Details.of(ErrorCode.INVALID_INPUT, message, hint));
    }
  }
}
