package io.dataprism;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.StatementHandle;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.cache.CacheUse;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.QueryOptions;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.handle.LeakReporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A statement that has been checked and is run more than once, each time with other parameters.
///
/// One that an engine prepared is thread-safe: any number of threads may run it at once, each in a session of the
/// engine's own. One that a session prepared runs in that session, one at a time. Either is planned again by itself
/// when what it reads has changed.
public final class PreparedStatement implements AutoCloseable {
  private final StatementHandle handle;
  private final ExecutionContext context;
  private final @Nullable CacheUse caching;
  private final Engine engine;
  private final List<String> parameters;

  private PreparedStatement(
      StatementHandle handle, ExecutionContext context, @Nullable CacheUse caching, Engine engine) {
    this.handle = handle;
    this.context = context;
    this.caching = caching;
    this.engine = engine;
    this.parameters = handle.parameters();
    LeakReporter.watch(this, handle, "PreparedStatement");
  }

  /// Prepares a statement in a session that it takes from a context. That is no query, and in no count of queries.
  static PreparedStatement prepare(String sql, ExecutionContext context, @Nullable CacheUse caching, Engine engine) {
    ActiveQuery preparation = ActiveQuery.begin(context.unobserved(), sql, QueryOptions.NONE);
    return preparation.runToEnd(
        () -> new PreparedStatement(preparation.session().prepare(sql), context, caching, engine));
  }

  /// The names of the parameters in their order; `1`, `2`, … where they have no names of their own.
  public List<String> parameters() {
    return parameters;
  }

  /// Runs the statement and gives its rows, as [Engine#query] does.
  ///
  /// @param values as for [Engine#query]
  /// @return the rows; the caller closes them
  /// @throws BusyException if the statement belongs to a session that already runs one
  /// @throws ClosedException if the statement, its session or its engine is closed
  /// @throws DataPrismException of another kind if the statement cannot be bound or run
  public QueryResult query(@Nullable Object... values) {
    return with(values).run();
  }

  /// Runs the statement with values for named parameters, as [#query(Object...)] does.
  ///
  /// @param values by name, without the `$`
  /// @return the rows; the caller closes them
  /// @throws BusyException if the statement belongs to a session that already runs one
  /// @throws ClosedException if the statement, its session or its engine is closed
  /// @throws DataPrismException of another kind if the statement cannot be bound or run
  public QueryResult query(Map<String, ? extends @Nullable Object> values) {
    return with(values).run();
  }

  /// Runs the statement to its end, as [Engine#execute] does.
  ///
  /// @param values as for [Engine#query]
  /// @return how many rows the statement inserted, updated and deleted
  /// @throws BusyException if the statement belongs to a session that already runs one
  /// @throws ClosedException if the statement, its session or its engine is closed
  /// @throws DataPrismException of another kind if the statement cannot be bound or run
  public long execute(@Nullable Object... values) {
    return with(values).execute();
  }

  /// Runs the statement with values for named parameters to its end, as [#execute(Object...)] does.
  ///
  /// @param values by name, without the `$`
  /// @return how many rows the statement inserted, updated and deleted
  /// @throws BusyException if the statement belongs to a session that already runs one
  /// @throws ClosedException if the statement, its session or its engine is closed
  /// @throws DataPrismException of another kind if the statement cannot be bound or run
  public long execute(Map<String, ? extends @Nullable Object> values) {
    return with(values).execute();
  }

  /// Runs the statement once for each row of values, in one transaction, as [#batch] tells.
  ///
  /// @param rows rows of values as for [Engine#query], each with one for every parameter; none is allowed
  /// @return how many rows the statement inserted, updated and deleted in all
  /// @throws InvalidInputException if the statement has no parameters, or a row has another number of values
  /// @throws ConstraintException if a row violates a constraint
  /// @throws DataPrismException of another kind if the statement cannot be bound or run
  public long executeBatch(List<? extends @Nullable Object[]> rows) {
    return batch(rows).execute();
  }

  /// A run of the statement once for each row of values, that can be given a time limit and other things before it is
  /// started, with [Query#execute()] or [Query#executeAsync()].
  ///
  /// All of it happens in one transaction: where a row fails, none has been run, and the message names the row, counted
  /// from zero. In a session that has a transaction open, that one decides. The values are copied; some thousand rows
  /// at a time are laid out in native memory. Progress is the part of the rows that has been run.
  ///
  /// For more than some thousand rows, an `INSERT … SELECT` from a file or a table is many times faster.
  ///
  /// @param rows rows of values as for [Engine#query], each with one for every parameter; none is allowed
  /// @throws InvalidInputException if the statement has no parameters, or a row has another number of values
  public Query batch(List<? extends @Nullable Object[]> rows) {
    List<ParameterList> lists = new ArrayList<>(rows.size());
    for (@Nullable Object[] row : rows) {
      requireWidth(lists.size(), row.length);
      lists.add(ParameterCopy.positional(row));
    }
    return batchOf(lists);
  }

  /// A run of the statement once for each row of values by name, as [#batch] makes one.
  ///
  /// @param rows values by name, without the `$`, one for every parameter; no row is allowed
  /// @throws InvalidInputException if the statement has no parameters, or a row has another number of values
  public Query namedBatch(List<? extends Map<String, ? extends @Nullable Object>> rows) {
    List<ParameterList> lists = new ArrayList<>(rows.size());
    for (Map<String, ? extends @Nullable Object> row : rows) {
      requireWidth(lists.size(), row.size());
      lists.add(ParameterCopy.named(row));
    }
    return batchOf(lists);
  }

  private Query batchOf(List<ParameterList> rows) {
    if (parameters.isEmpty()) {
      throw ParameterCopy.invalid("the statement has no parameters", "run it with execute()");
    }
    return new Query(context, new Work.Batch(handle, rows, parameters.size()), null, engine);
  }

  private void requireWidth(int row, int width) {
    if (width != parameters.size()) {
      throw ParameterCopy.invalid(
          "row " + row + " has " + width + " values, and the statement " + parameters.size(),
          "give each row one value for every parameter");
    }
  }

  /// A run of the statement that can be given a time limit and other things before it is started.
  ///
  /// @param values as for [Engine#query]
  public Query with(@Nullable Object... values) {
    return new Query(context, new Work.Prepared(handle), caching, engine).with(values);
  }

  /// A run of the statement with values for named parameters.
  ///
  /// @param values by name, without the `$`; the case of names does not matter
  public Query with(Map<String, ? extends @Nullable Object> values) {
    return new Query(context, new Work.Prepared(handle), caching, engine).with(values);
  }

  /// Whether the statement is closed.
  public boolean isClosed() {
    return handle.isClosed();
  }

  /// Stops what runs it and frees it; results that it gave stay open. Closing twice is allowed, from any thread.
  @Override
  public void close() {
    context.workers().runClosing(handle::close);
  }
}
