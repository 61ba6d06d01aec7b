package io.dataprism.internal.execution;

import io.dataprism.bindings.BatchReceiver;
import io.dataprism.bindings.Delivered;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.StatementHandle;

/// What a query runs: SQL, or a statement that has been prepared.
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
  }
}
