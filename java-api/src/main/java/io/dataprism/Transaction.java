package io.dataprism;

import io.dataprism.appender.AppenderBuilder;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.IoException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.TransactionException;
import io.dataprism.internal.append.AppendTarget;
import io.dataprism.internal.append.Appenders;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.SessionSource;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.handle.LeakReporter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Statements of which all take effect or none does, and that see nothing of what other transactions do meanwhile.
///
/// ```java
/// try (Transaction transaction = engine.begin()) {
///   transaction.execute("UPDATE accounts SET balance = balance - 10 WHERE id = 1");
///   transaction.execute("UPDATE accounts SET balance = balance + 10 WHERE id = 2");
///   transaction.commit();
/// }
/// ```
///
/// What is not committed is rolled back when the transaction is closed. It sees the database as it was when its first
/// statement ran, with its own changes.
///
/// **Failures.** A statement that fails aborts the transaction, whether it fails when it is run or while its rows are
/// pulled, unless its text is not SQL or never reached DuckDB. Every later statement, and [#commit()], is then a
/// [TransactionException] with the code [ErrorCode#TRANSACTION_ABORTED]; all that is left to do is to roll back.
///
/// **Conflicts.** Of two transactions that change the same row, table or key at the same time, one gets a
/// [TransactionException] that [is retryable][TransactionException#isRetryable()], from a statement or from
/// [#commit()]. [Engine#inTransaction] runs the work again then. What DuckDB does not take for a conflict is told in
/// the guide to transactions.
///
/// A transaction ends by its methods, not by SQL: it does not see a COMMIT or ROLLBACK that is run as a statement.
///
/// It runs one statement at a time, as a [Session] does, and may be used from any thread, by one after the other.
/// [#close()] may be called at any time if the transaction was begun by an engine. If it was begun by a session, a
/// statement that another thread runs is stopped by [Session#interrupt()] or [Session#close()].
public final class Transaction implements AutoCloseable {

  /// What a transaction may do to the database.
  enum Access {
    READ_WRITE("BEGIN TRANSACTION"),
    READ_ONLY("BEGIN TRANSACTION READ ONLY");

    private final String sql;

    Access(String sql) {
      this.sql = sql;
    }
  }

  private enum State {
    ACTIVE,
    COMMITTED,
    ROLLED_BACK,
    CLOSED
  }

  private final SessionHandle session;
  private final Engine engine;
  private final ExecutionContext context;
  private final boolean ownsSession;
  private volatile State state = State.ACTIVE;

  private Transaction(SessionHandle session, boolean ownsSession, Engine engine, Access access) {
    this.session = session;
    this.engine = engine;
    this.context = engine.context().in(new Own());
    this.ownsSession = ownsSession;
    control(access.sql);
  }

  /// Begins a transaction in a session that it opens, and closes when it ends.
  static Transaction ofItsOwn(NativeEngine nativeEngine, Engine engine, Access access) {
    SessionHandle session = engine.context().workers().runUninterrupted(() -> nativeEngine.get().session());
    boolean begun = false;
    try {
      Transaction transaction = new Transaction(session, true, engine, access);
      LeakReporter.watch(transaction, session, "Transaction");
      begun = true;
      return transaction;
    } finally {
      if (!begun) {
        engine.context().workers().runClosing(session::close);
      }
    }
  }

  /// Begins a transaction in a session that somebody else closes.
  static Transaction inSession(SessionHandle session, Engine engine, Access access) {
    return new Transaction(session, false, engine, access);
  }

  /// Runs SQL in this transaction and gives its rows, as [Engine#query] does.
  ///
  /// @param sql one or more statements
  /// @param parameters as for [Engine#query]
  /// @return the rows; the caller closes them before the next statement and before [#commit()]
  /// @throws BusyException if a result of this transaction is neither closed nor read to its end
  /// @throws TransactionException if the transaction has ended, is aborted, may not write, or conflicts with another
  /// @throws ClosedException if the transaction is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult query(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).run();
  }

  /// Runs SQL with named parameters in this transaction, as [#query(String, Object...)] does.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return the rows; the caller closes them before the next statement and before [#commit()]
  /// @throws BusyException if a result of this transaction is neither closed nor read to its end
  /// @throws TransactionException if the transaction has ended, is aborted, may not write, or conflicts with another
  /// @throws ClosedException if the transaction is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult query(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).run();
  }

  /// A query in this transaction that can be given a time limit and other things before it is run. Running it after the
  /// transaction has ended is a [TransactionException].
  ///
  /// @param sql one or more statements
  public Query sql(String sql) {
    return new Query(context, new Work.Sql(sql), null, engine);
  }

  /// Prepares a statement that is run in this transaction.
  ///
  /// @param sql one statement
  /// @return the statement; the caller closes it, or closing the engine does
  /// @throws BusyException if a result of this transaction is neither closed nor read to its end
  /// @throws TransactionException if the transaction has ended
  /// @throws ClosedException if the transaction is closed
  /// @throws InterruptedQueryException if this thread is interrupted while it waits, or the session is
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed or bound
  public PreparedStatement prepare(String sql) {
    return PreparedStatement.prepare(sql, context, null, engine);
  }

  /// Runs SQL in this transaction to its end, as [Engine#execute] does.
  ///
  /// @param sql one or more statements
  /// @param parameters as for [Engine#query]
  /// @return how many rows the statements inserted, updated and deleted
  /// @throws BusyException if a result of this transaction is neither closed nor read to its end
  /// @throws TransactionException if the transaction has ended, is aborted, may not write, or conflicts with another
  /// @throws ClosedException if the transaction is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).execute();
  }

  /// Runs SQL with named parameters in this transaction to its end, as [#execute(String, Object...)] does.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return how many rows the statements inserted, updated and deleted
  /// @throws BusyException if a result of this transaction is neither closed nor read to its end
  /// @throws TransactionException if the transaction has ended, is aborted, may not write, or conflicts with another
  /// @throws ClosedException if the transaction is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).execute();
  }

  /// Prepares to add many rows to a table in this transaction, which makes all its flushes one: records, rows of
  /// values, or whole columns.
  ///
  /// @param table the table as a statement writes it, such as [io.dataprism.catalog.TableName#sql()] gives it
  public AppenderBuilder appender(String table) {
    return new Appenders(new AppendTarget(engine, engine.appenders(), this::sql, engine::begin), table);
  }

  /// Makes the changes of this transaction visible to others, and durable if the database is a file. The transaction
  /// ends.
  ///
  /// If this throws, nothing is committed and the transaction is rolled back, but for three cases. With an open result
  /// nothing has happened, and the transaction goes on. With the code [ErrorCode#CHECKPOINT_FAILED] everything is
  /// committed. And if the session or engine is closed by another thread meanwhile, it may be either.
  ///
  /// @throws BusyException if a result of this transaction is neither closed nor read to its end
  /// @throws TransactionException if the transaction has ended, is aborted, or conflicts with another
  /// @throws InterruptedQueryException if it was interrupted before it had committed anything
  /// @throws IoException if the changes cannot be written; or, with the code [ErrorCode#CHECKPOINT_FAILED], if they are
  ///   committed and durable but the engine has to be closed and the database opened again
  /// @throws ClosedException if the transaction, its session or its engine is closed
  public void commit() {
    requireActive();
    try {
      // For DuckDB the COMMIT of an aborted transaction is a ROLLBACK that succeeds. A SELECT tells that it is aborted.
      control("SELECT 1; COMMIT");
    } catch (BusyException e) {
      throw e;
    } catch (DataPrismException e) {
      if (e.code() == ErrorCode.CHECKPOINT_FAILED) {
        end(State.COMMITTED);
      } else {
        rollBackWhatIsLeft();
      }
      throw e;
    }
    end(State.COMMITTED);
  }

  /// Undoes the changes of this transaction and closes its result. The transaction ends. Does nothing if it is rolled
  /// back already, as it is after a [#commit()] that failed.
  ///
  /// @throws BusyException if another thread runs a statement in the session; the transaction goes on
  /// @throws TransactionException if the transaction is committed
  /// @throws ClosedException if the transaction is closed
  public void rollback() {
    if (state != State.ROLLED_BACK) {
      requireActive();
      rollBackWhatIsLeft();
    }
  }

  /// Whether the transaction has neither been committed nor rolled back nor closed. It may be aborted nevertheless.
  public boolean isActive() {
    return state == State.ACTIVE;
  }

  /// Rolls back what was not committed, closes the result, and closes the session if the transaction was begun by an
  /// engine. Closing twice is allowed.
  ///
  /// @throws BusyException as for [#rollback()], if the transaction was begun by a session
  @Override
  public void close() {
    if (state == State.ACTIVE) {
      rollBackWhatIsLeft();
    }
    state = State.CLOSED;
  }

  private void rollBackWhatIsLeft() {
    if (!ownsSession) {
      rollBackInSession();
    }
    end(State.ROLLED_BACK);
  }

  private void rollBackInSession() {
    // DuckDB does not roll back while rows are being fetched.
    context.workers().runClosing(session::closeChildren);
    try {
      control("ROLLBACK");
    } catch (TransactionException e) {
      // A commit that fails has rolled back.
    } catch (ClosedException e) {
      // Closing the session has ended the transaction, one way or the other.
    }
  }

  private void end(State how) {
    state = how;
    if (ownsSession) {
      context.workers().runClosing(session::close);
    }
  }

  /// Runs what begins or ends the transaction. Interrupting the thread does not stop it: a commit that was stopped on
  /// its way could have happened or not.
  private void control(String sql) {
    context.workers().runUninterrupted(() -> session.execute(sql, ParameterList.positional()));
    if (context.observer().wantsEffects()) {
      ActiveQuery.tellEffects(session, context.observer());
    }
  }

  private void requireActive() {
    switch (state) {
      case ACTIVE -> {}
      case COMMITTED -> throw ended("the transaction is committed");
      case ROLLED_BACK -> throw ended("the transaction is rolled back");
      case CLOSED ->
          throw Errors.of(Details.of(ErrorCode.CLOSED, "the transaction is closed", "use it before it is closed"));
    }
  }

  private static DataPrismException ended(String message) {
    return Errors.of(Details.of(ErrorCode.TRANSACTION, message, "begin another one"));
  }

  /// The session of this transaction, for as long as it is one.
  private final class Own implements SessionSource {
    @Override
    public SessionHandle take() {
      requireActive();
      return session;
    }

    @Override
    public void giveBack(SessionHandle given) {}
  }
}
