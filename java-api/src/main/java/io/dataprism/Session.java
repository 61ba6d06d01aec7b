package io.dataprism;

import io.dataprism.appender.AppenderBuilder;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.catalog.Catalog;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TransactionException;
import io.dataprism.internal.append.AppendTarget;
import io.dataprism.internal.append.Appenders;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.SessionSource;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.handle.LeakReporter;
import io.dataprism.plan.QueryPlan;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A connection to an engine's database, with its own settings, temporary tables and transaction.
///
/// A session does one thing at a time: while a statement runs in it or a result of it is neither closed nor read to its
/// end, any other statement gets a [BusyException]. It may be used from any thread, by one after the other;
/// [#interrupt()] and [#close()] may be called at any time.
public final class Session implements AutoCloseable {
  private final SessionHandle handle;
  private final Engine engine;
  private final ExecutionContext context;
  private volatile @Nullable Transaction transaction;

  Session(SessionHandle handle, Engine engine) {
    this.handle = handle;
    this.engine = engine;
    this.context = engine.context().in(SessionSource.only(handle));
    LeakReporter.watch(this, handle, "Session");
  }

  /// Runs SQL in this session and gives its rows, as [Engine#query] does.
  ///
  /// @param sql one or more statements
  /// @param parameters as for [Engine#query]
  /// @return the rows; the caller closes them, or closing the session does
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult query(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).run();
  }

  /// Runs SQL with named parameters in this session, as [#query(String, Object...)] does.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return the rows; the caller closes them, or closing the session does
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult query(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).run();
  }

  /// A query in this session that can be given a time limit and other things before it is run.
  ///
  /// @param sql one or more statements
  public Query sql(String sql) {
    return new Query(context, new Work.Sql(sql), null, engine);
  }

  /// Prepares a statement that is run in this session.
  ///
  /// @param sql one statement
  /// @return the statement; the caller closes it, or closing the engine does
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws InterruptedQueryException if this thread is interrupted while it waits, or the session is
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed or bound
  public PreparedStatement prepare(String sql) {
    return PreparedStatement.prepare(sql, context, null, engine);
  }

  /// Runs SQL in this session to its end, as [Engine#execute] does.
  ///
  /// @param sql one or more statements
  /// @param parameters as for [Engine#query]
  /// @return how many rows the statements inserted, updated and deleted
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).execute();
  }

  /// Runs SQL with named parameters in this session to its end, as [#execute(String, Object...)] does.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return how many rows the statements inserted, updated and deleted
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).execute();
  }

  /// Stops the statement that runs in this session, if there is one: the thread that waits for it gets an
  /// [io.dataprism.error.InterruptedQueryException]. May be called from any thread.
  ///
  /// @throws ClosedException if the session is closed
  public void interrupt() {
    handle.interrupt();
  }

  /// Whether the session is closed.
  public boolean isClosed() {
    return handle.isClosed();
  }

  /// Stops what runs in this session, closes its result and rolls its transaction back. Closing twice is allowed.
  @Override
  public void close() {
    context.workers().runClosing(handle::close);
  }

  /// Begins a transaction in this session that may read and write. Until it ends, what the session itself runs is part
  /// of it.
  ///
  /// @return the transaction; the caller closes it, or closing the session rolls it back
  /// @throws TransactionException if a transaction that was begun here has not ended yet; that one goes on unharmed
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  public Transaction begin() {
    return begin(Transaction.Access.READ_WRITE);
  }

  /// Begins a transaction in this session that may only read: all its queries see the same state of the database.
  /// Temporary tables may be written nevertheless, for they belong to the session.
  ///
  /// @return the transaction; the caller closes it, or closing the session rolls it back
  /// @throws TransactionException if a transaction that was begun here has not ended yet; that one goes on unharmed
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  public Transaction beginReadOnly() {
    return begin(Transaction.Access.READ_ONLY);
  }

  private Transaction begin(Transaction.Access access) {
    Transaction before = transaction;
    // DuckDB would refuse a second BEGIN too, but abort the transaction that is open.
    if (before != null && before.isActive()) {
      throw Errors.of(
          Details.of(
              ErrorCode.TRANSACTION,
              "the session is in a transaction already",
              "commit or roll it back first, or begin the other one with Engine.begin"));
    }
    Transaction begun = Transaction.inSession(handle, engine, access);
    transaction = begun;
    return begun;
  }

  /// Prepares to add many rows to a table in this session, temporary tables included: records, rows of values, or whole
  /// columns.
  ///
  /// @param table the table as a statement writes it, such as [io.dataprism.catalog.TableName#sql()] gives it
  public AppenderBuilder appender(String table) {
    return new Appenders(new AppendTarget(engine, engine.appenders(), this::sql, this::trial), table);
  }

  /// Where an INSERT can be tried: in this session, or in one of its own if this one is in a transaction.
  private Transaction trial() {
    try {
      return begin();
    } catch (TransactionException e) {
      return engine.begin();
    }
  }

  /// Databases, tables, columns and their storage as this session sees them, its temporary tables included.
  public Catalog catalog() {
    return Catalog.of(this);
  }

  /// The plan by which DuckDB would run a statement in this session. The statement is not run.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters as for [Engine#query]
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound
  public QueryPlan explain(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).explain();
  }

  /// The plan by which DuckDB would run a statement with named parameters, as [#explain(String, Object...)] gives it.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters values for `$name`s, by name without the `$`
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound
  public QueryPlan explain(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).explain();
  }

  /// Runs a statement in this session to its end, changes of data included, and gives its plan with the rows and times
  /// that were measured. Rows that the statement gives are counted and dropped.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters as for [Engine#query]
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained; nothing has run
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound or run
  public QueryPlan explainAnalyze(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).explainAnalyze();
  }

  /// Runs a statement with named parameters to its end and gives its plan, as [#explainAnalyze(String, Object...)]
  /// does.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters values for `$name`s, by name without the `$`
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained; nothing has run
  /// @throws BusyException if the session already runs a statement
  /// @throws ClosedException if the session is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound or run
  public QueryPlan explainAnalyze(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).explainAnalyze();
  }
}
