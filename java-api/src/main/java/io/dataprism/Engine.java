package io.dataprism;

import io.dataprism.appender.AppenderBuilder;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.cache.CacheOptions;
import io.dataprism.cache.ResultCache;
import io.dataprism.catalog.Catalog;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.error.NativeLoadException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TransactionException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.event.EventBus;
import io.dataprism.function.Functions;
import io.dataprism.internal.append.AppendTarget;
import io.dataprism.internal.append.Appenders;
import io.dataprism.internal.append.OpenAppenders;
import io.dataprism.internal.cache.CacheUse;
import io.dataprism.internal.cache.QueryCache;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.SessionSource;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.function.FunctionRegistry;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.handle.LeakReporter;
import io.dataprism.internal.job.JobScheduler;
import io.dataprism.internal.observe.EngineObserver;
import io.dataprism.internal.registration.TableRegistrar;
import io.dataprism.internal.status.HealthChecks;
import io.dataprism.internal.status.StatusReader;
import io.dataprism.job.Jobs;
import io.dataprism.memory.EngineMemory;
import io.dataprism.metrics.QueryStatistics;
import io.dataprism.plan.QueryPlan;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import io.dataprism.status.EngineStatus;
import io.dataprism.status.Health;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A database and the native engine that runs SQL on it, in this process.
///
/// ```java
/// try (Engine engine = Engine.open();
///     QueryResult result = engine.query("SELECT 6 * 7 AS answer")) {
///   for (RecordBatch batch : result) {
///     System.out.println(batch.int32("answer").get(0));
///   }
/// }
/// ```
///
/// Each [#query] and [#execute] runs in a session of the engine's own, in a transaction of its own, so what a statement
/// leaves in its session (settings, temporary tables, an open transaction) is not there for the next; ask for a
/// [#session()] where statements belong together.
///
/// Thread-safe: any number of threads may query at once. Closing the engine stops what runs, closes everything that was
/// opened from it and closes the database file; it may be done from any thread and more than once.
public final class Engine implements AutoCloseable {
  private final NativeEngine nativeEngine;
  private final WorkerPool workers;
  private final AtomicReference<@Nullable HealthChecks> checks = new AtomicReference<>();
  private final EngineObserver observer;
  private final ExecutionContext context;
  private final @Nullable CacheUse caching;
  private final int maxJobs;
  private final OpenAppenders appenders = new OpenAppenders();

  // Guarded by this; the scheduler is there once it has been asked for.
  private @Nullable JobScheduler scheduler;
  private boolean closing;

  Engine(
      NativeEngine nativeEngine,
      WorkerPool workers,
      EngineObserver observer,
      @Nullable CacheOptions cache,
      int maxJobs) {
    this.nativeEngine = nativeEngine;
    this.workers = workers;
    this.observer = observer;
    this.maxJobs = maxJobs;
    this.context = new ExecutionContext(new LeasedSessions(nativeEngine), workers, observer);
    this.caching = cache == null ? null : new CacheUse(new QueryCache(this, nativeEngine, cache), cache.allQueries());
    LeakReporter.watch(this, nativeEngine, "Engine");
  }

  /// Opens an engine on a new database in memory.
  ///
  /// @throws NativeLoadException if the native library cannot be loaded
  public static Engine open() {
    return builder().open();
  }

  /// Opens an engine on a database file, which is created if it does not exist.
  ///
  /// @throws IoException if the file cannot be opened, is no database, or is held by another engine or process
  /// @throws NativeLoadException if the native library cannot be loaded
  public static Engine open(Path database) {
    return builder().database(database).open();
  }

  /// Prepares an engine with settings.
  public static EngineBuilder builder() {
    return new EngineBuilder();
  }

  /// Runs SQL and gives its rows, which are computed as they are pulled.
  ///
  /// The text may hold several statements; the rows are the last one's, and those before it have run when this returns.
  /// So has the last one unless it is a SELECT, for it runs as its rows are pulled.
  ///
  /// The values of parameters may be
  ///
  /// - null, `Boolean`, `Byte`, `Short`, `Integer`, `Long`, `Float`, `Double`, `String`, and constants of an enum,
  ///   which go by their names as text;
  /// - `BigInteger` (HUGEINT), `BigDecimal` (DECIMAL), `UUID`, `byte[]` (BLOB), `BitSet` (BIT);
  /// - `LocalDate`, `LocalTime`, `OffsetTime`, `LocalDateTime`, `Instant`, `OffsetDateTime` and `ZonedDateTime`
  ///   (TIMESTAMP WITH TIME ZONE), `Period`, `Duration` and [io.dataprism.column.Interval] (INTERVAL). Times are cut to
  ///   microseconds, but for a `LocalDateTime`, which keeps nanoseconds as TIMESTAMP_NS. The largest and the smallest
  ///   date, timestamp and instant of Java are `infinity` and `-infinity`;
  /// - collections, arrays of objects, and `boolean[]`, `short[]`, `int[]`, `long[]`, `float[]` and `double[]` (LIST),
  ///   `Map` (MAP), and records (STRUCT, whose fields are the components), of any of these, up to 64 deep. The elements
  ///   of a list are of one type, or numbers, which get a type that holds them all as in a list in SQL; null goes with
  ///   everything. The same holds for the keys and for the values of a map;
  /// - an `Optional` of any of these, or of nothing for NULL;
  /// - [SqlValue], for every other type.
  ///
  /// They are copied before this returns. An only one that is declared as a `Map<String, …>` gives values by name
  /// instead: see [#query(String, Map)].
  ///
  /// @param sql one or more statements
  /// @param parameters values for `?` or `$1`, `$2`, … of a single statement
  /// @return the rows; the caller closes them
  /// @throws io.dataprism.error.InvalidInputException if a value has no SQL type, or its elements do not go together;
  ///   the message names the parameter and the way to the element, counted from zero
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult query(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).run();
  }

  /// Runs SQL with named parameters, as [#query(String, Object...)] does.
  ///
  /// Here and in all methods that take names, what counts is the type that an only argument is declared with:
  /// `Map<String, …>` gives values by name, and a `Map` of another type, or an `Object` that is one, is the value of
  /// one parameter, a MAP. [SqlValue#map] makes a MAP of any.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return the rows; the caller closes them
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult query(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).run();
  }

  /// Runs SQL on one of the engine's workers; see [Query#runAsync].
  ///
  /// @param sql one or more statements
  /// @param parameters as for [#query]
  /// @return the rows, once they can be pulled; cancelling the future stops the query
  /// @throws OverloadedException if too many queries wait for a worker
  public CompletableFuture<QueryResult> queryAsync(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).runAsync();
  }

  /// Runs SQL with named parameters on one of the engine's workers, as [#queryAsync(String, Object...)] does.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return the rows, once they can be pulled; cancelling the future stops the query
  /// @throws OverloadedException if too many queries wait for a worker
  public CompletableFuture<QueryResult> queryAsync(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).runAsync();
  }

  /// A query that can be given a time limit and other things before it is run.
  ///
  /// @param sql one or more statements
  public Query sql(String sql) {
    return new Query(context, new Work.Sql(sql), caching, this);
  }

  /// Prepares a statement that any thread may run, any number of times.
  ///
  /// @param sql one statement
  /// @return the statement; the caller closes it, or closing the engine does
  /// @throws ClosedException if the engine is closed
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed or bound
  public PreparedStatement prepare(String sql) {
    return PreparedStatement.prepare(sql, context, caching, this);
  }

  /// Runs SQL to its end.
  ///
  /// @param sql one or more statements
  /// @param parameters as for [#query]
  /// @return how many rows the statements inserted, updated and deleted
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).execute();
  }

  /// Runs SQL with named parameters to its end, as [#execute(String, Object...)] does.
  ///
  /// @param sql one or more statements
  /// @param parameters values for `$name`s, by name without the `$`
  /// @return how many rows the statements inserted, updated and deleted
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).execute();
  }

  /// Opens a session, for statements that share settings, temporary tables or a transaction.
  ///
  /// @return the session; the caller closes it, or closing the engine does
  /// @throws ClosedException if the engine is closed
  public Session session() {
    return workers.runUninterrupted(() -> new Session(nativeEngine.get().session(), this));
  }

  /// Functions written in Java that SQL calls.
  public Functions functions() {
    return new FunctionRegistry(nativeEngine, ParameterCopy::of, ParameterCopy::of);
  }

  /// Counts what is open on this engine, the engine included.
  ///
  /// @throws ClosedException if the engine is closed
  public LiveHandles liveHandles() {
    return LiveHandles.of(started().live());
  }

  /// The version of DuckDB inside, such as `v2.0.0`.
  public String duckdbVersion() {
    started();
    return EngineHandle.duckdbVersion(Errors::of);
  }

  /// What this engine uses of the process's [io.dataprism.memory.MemoryBudget]. Its queries are not disturbed.
  ///
  /// @throws ClosedException if the engine is closed
  public EngineMemory memory() {
    return StatusReader.memoryOf(started());
  }

  /// What the engine is in. Works in every state, never throws because of it, and does not start a lazy engine.
  public EngineStatus status() {
    return StatusReader.read(nativeEngine, workers);
  }

  /// Checks whether the engine works: runs a query, looks at its files, and more; see [Health]. Never throws, takes a
  /// few milliseconds if all is well and no more than three seconds if not, and does not start a lazy engine.
  public Health health() {
    HealthChecks made = checks.get();
    if (made == null) {
      made = new HealthChecks(this, nativeEngine, workers);
      if (!checks.compareAndSet(null, made)) {
        return health();
      }
    }
    return made.check();
  }

  /// The engine's events; see [EventBus]. Asking for them makes the engine record them from then on, unless
  /// [EngineBuilder#eventHistory(int)] made it do so before.
  public EventBus events() {
    return observer.events();
  }

  /// What all queries of this engine have taken together that have ended.
  public QueryStatistics statistics() {
    return observer.statistics();
  }

  /// Whether the engine is closed.
  public boolean isClosed() {
    return nativeEngine.isClosed();
  }

  /// The jobs that run in the background; [Query#inBackground] submits them. They can still be looked at when the
  /// engine is closed.
  public Jobs jobs() {
    return scheduler();
  }

  OpenAppenders appenders() {
    return appenders;
  }

  /// What its queries are run with.
  ExecutionContext context() {
    return context;
  }

  synchronized JobScheduler scheduler() {
    JobScheduler made = scheduler;
    if (made == null) {
      made = new JobScheduler(maxJobs);
      scheduler = made;
      if (closing) {
        made.close();
      }
    }
    return made;
  }

  private synchronized @Nullable JobScheduler lastScheduler() {
    closing = true;
    return scheduler;
  }

  /// Stops what runs, closes every session and result of this engine, and closes the database. Jobs are cancelled, and
  /// have left nothing behind when this returns. Closing twice is allowed.
  ///
  /// A [RecordBatch] that another thread still reads stays valid until that thread closes it.
  @Override
  public void close() {
    workers.runClosing(this::closeHere);
  }

  private void closeHere() {
    nativeEngine.requireClosable();
    JobScheduler jobs = lastScheduler();
    if (jobs != null) {
      jobs.close();
    }
    nativeEngine.close();
    appenders.release();
    workers.close();
    observer.closed();
    if (caching != null) {
      caching.cache().clear();
    }
  }

  /// Begins a transaction that may read and write, in a session of its own.
  ///
  /// @return the transaction; the caller closes it, or closing the engine does
  /// @throws ClosedException if the engine is closed
  public Transaction begin() {
    return Transaction.ofItsOwn(nativeEngine, this, Transaction.Access.READ_WRITE);
  }

  /// Begins a transaction that may only read, in a session of its own: all its queries see the same state of the
  /// database.
  ///
  /// @return the transaction; the caller closes it, or closing the engine does
  /// @throws ClosedException if the engine is closed
  public Transaction beginReadOnly() {
    return Transaction.ofItsOwn(nativeEngine, this, Transaction.Access.READ_ONLY);
  }

  /// Runs work in a transaction and commits it, and runs it again in a new transaction if it meets a conflict with
  /// another one: up to 20 times in all, with pauses of random length between that grow up to a tenth of a second.
  ///
  /// The work may run several times, so what it does apart from the transaction has to bear that. If it throws, the
  /// transaction is rolled back and the exception passed on, unless it is retryable. If it rolls back by itself and
  /// returns, nothing is committed. Results of the transaction are closed before the work returns.
  ///
  /// @param work what to do in the transaction, which is closed for it
  /// @return what the work returned in the transaction that was committed
  /// @throws TransactionException that is retryable if there was a conflict each time, or if the calling thread was
  ///   interrupted before it could be tried again, which leaves the thread's interrupt status set
  /// @throws BusyException if the work left a result open; nothing is committed
  /// @throws ClosedException if the engine is closed
  /// @throws X if the work throws it
  public <T extends @Nullable Object, X extends Exception> T inTransaction(TransactionWork<T, X> work) throws X {
    return TransactionRetry.run(this, work);
  }

  /// Whether the engine was opened with a cache.
  public boolean hasCache() {
    return caching != null;
  }

  /// The results that are kept.
  ///
  /// @throws ConfigurationException if the engine was opened without a cache
  public ResultCache cache() {
    if (caching == null) {
      throw new ConfigurationException(
          Details.of(
              ErrorCode.CONFIGURATION, "the engine has no cache", "open it with EngineBuilder.cache(CacheOptions)"));
    }
    return caching.results();
  }

  /// Makes a table that lies outside of the database readable for SQL by its name, in all sessions, until the
  /// registration is closed.
  ///
  /// @param name how SQL calls it, in whatever case; quoted in SQL if it is not a plain name
  /// @return the registration; the caller closes it, or closing the engine does
  /// @throws CatalogException if there is a table, a view or a registration of this name
  /// @throws InvalidInputException if the table is malformed, or can be read once and has been registered before
  /// @throws IoException if it lies in a file that cannot be read
  /// @throws UnsupportedException if DuckDB has no type for a column
  /// @throws ClosedException if the engine is closed
  public Registration register(String name, Table table) {
    EngineHandle engine = started();
    return workers.runUninterrupted(() -> TableRegistrar.instance().register(table, name, engine, workers::runClosing));
  }

  /// Prepares to add many rows to a table: records, rows of values, or whole columns.
  ///
  /// @param table the table as a statement writes it, such as [io.dataprism.catalog.TableName#sql()] gives it
  public AppenderBuilder appender(String table) {
    return new Appenders(new AppendTarget(this, appenders, this::sql, this::begin), table);
  }

  /// Databases, tables, columns and their storage. Temporary tables belong to sessions: see [Session#catalog()].
  public Catalog catalog() {
    return Catalog.of(this);
  }

  /// The plan by which DuckDB would run a statement. The statement is not run.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters as for [#query]
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound
  public QueryPlan explain(String sql, @Nullable Object... parameters) {
    return sql(sql).with(parameters).explain();
  }

  /// The plan by which DuckDB would run a statement with named parameters, as [#explain(String, Object...)] gives it.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters values for `$name`s, by name without the `$`
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound
  public QueryPlan explain(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).explain();
  }

  /// Runs a statement to its end, changes of data included, and gives its plan with the rows and times that were
  /// measured. Rows that the statement gives are counted and dropped.
  ///
  /// @param sql one statement, without an EXPLAIN of its own
  /// @param parameters as for [#query]
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained; nothing has run
  /// @throws ClosedException if the engine is closed
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
  /// @throws ClosedException if the engine is closed
  /// @throws DataPrismException of another kind if the SQL cannot be bound or run
  public QueryPlan explainAnalyze(String sql, Map<String, ? extends @Nullable Object> parameters) {
    return sql(sql).with(parameters).explainAnalyze();
  }

  private EngineHandle started() {
    EngineHandle known = nativeEngine.ifStarted();
    return known == null ? workers.runUninterrupted(nativeEngine) : known;
  }

  /// The engine's own sessions.
  private record LeasedSessions(NativeEngine engine) implements SessionSource {
    @Override
    public SessionHandle take() {
      return engine.get().lease();
    }

    @Override
    public void giveBack(SessionHandle session) {
      session.close();
    }
  }
}
