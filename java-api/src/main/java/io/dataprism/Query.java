package io.dataprism;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.Limits;
import io.dataprism.internal.execution.SessionSource;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.job.JobSpec;
import io.dataprism.job.Job;
import io.dataprism.job.JobTarget;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A query that is to be run: its SQL, its parameters, and what it may take. [Engine#sql], [Session#sql] and
/// [PreparedStatement#with] make them.
///
/// ```java
/// long late = engine.sql("SELECT count(*) FROM flights WHERE delay > $minutes")
///     .with(Map.of("minutes", 15))
///     .timeLimit(Duration.ofSeconds(5))
///     .run()
///     .as(Count.class).getFirst().count();
/// ```
///
/// Immutable, and so thread-safe: each method that sets something gives a new query. One query may be run any number of
/// times.
///
/// A query that runs is stopped, and its native work with it, by interrupting the thread that waits for it, by
/// cancelling its future or subscription, by its time limit, and by closing its result, session or engine. On a virtual
/// thread, the native work is done by one of the engine's workers, so that no carrier is pinned.
public final class Query {
  private final SessionSource source;
  private final WorkerPool workers;
  private final Work work;
  private final ParameterList parameters;
  private final Limits limits;

  /// Who runs it in the background; none where a session or statement that may be closed runs it.
  private final @Nullable Engine engine;

  Query(SessionSource source, WorkerPool workers, Work work) {
    this(source, workers, work, ParameterList.positional(), Limits.NONE, null);
  }

  Query(SessionSource source, WorkerPool workers, String sql, Engine engine) {
    this(source, workers, new Work.Sql(sql), ParameterList.positional(), Limits.NONE, engine);
  }

  private Query(
      SessionSource source,
      WorkerPool workers,
      Work work,
      ParameterList parameters,
      Limits limits,
      @Nullable Engine engine) {
    this.engine = engine;
    this.source = source;
    this.workers = workers;
    this.work = work;
    this.parameters = parameters;
    this.limits = limits;
  }

  /// The query with values for `?` or `$1`, `$2`, …
  ///
  /// @param values as for [Engine#query]; the query keeps the array, which must not be changed any more
  public Query with(@Nullable Object... values) {
    return new Query(source, workers, work, ParameterList.positional(values), limits, engine);
  }

  /// The query with values for named parameters.
  ///
  /// @param values by name, without the `$`; the case of names does not matter
  public Query with(Map<String, ? extends @Nullable Object> values) {
    return new Query(source, workers, work, ParameterList.named(values), limits, engine);
  }

  /// The query with a limit on the time from its start to its last row. The time that passes while its batches are
  /// looked at counts; when the limit passes during that, pulling the next batch fails.
  ///
  /// @throws ConfigurationException if the limit is not positive
  public Query timeLimit(Duration limit) {
    if (!limit.isPositive()) {
      throw new ConfigurationException(
          Details.of(ErrorCode.CONFIGURATION, "the time limit is " + limit, "give a time above zero, or leave it out"));
    }
    return limited(new Limits(limit, limits.listener(), limits.group()));
  }

  /// The query with somebody who is told how far it is: some 20 times a second, and when a native call of it ends. That
  /// happens on a thread of the library's own, one for all listeners.
  public Query onProgress(Consumer<Progress> listener) {
    return limited(new Limits(limits.timeLimit(), listener, limits.group()));
  }

  /// The query as one of a group, such as those of a tenant, a user or a kind of job. Where queries of virtual threads,
  /// futures and publishers wait for a worker, groups are served in turn, so that one with thousands of queries does
  /// not hold up another's. Queries without a group form one.
  ///
  /// @param name the name of the group; groups exist while they have queries that wait
  public Query group(String name) {
    return limited(new Limits(limits.timeLimit(), limits.listener(), Objects.requireNonNull(name, "name")));
  }

  private Query limited(Limits changed) {
    return new Query(source, workers, work, parameters, changed, engine);
  }

  @Nullable String group() {
    return limits.group();
  }

  /// Runs the query and gives its rows, which are computed as they are pulled.
  ///
  /// @return the rows; the caller closes them
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult run() {
    ActiveQuery query = begin();
    return started(query, () -> query.run(() -> work.query(query.session(), parameters)));
  }

  /// Runs the query to its end.
  ///
  /// @return how many rows it inserted, updated and deleted
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long execute() {
    ActiveQuery query = begin();
    try {
      return query.run(() -> work.execute(query.session(), parameters));
    } finally {
      query.end();
    }
  }

  /// Runs the query on one of the engine's workers.
  ///
  /// The future completes when the rows can be pulled, with an exception as [#run] throws it otherwise. Cancelling it
  /// stops the query. Whoever gets the rows closes them; where the future is cancelled, nobody has to.
  ///
  /// @throws OverloadedException if too many queries wait for a worker
  public CompletableFuture<QueryResult> runAsync() {
    return submit(
        (query, work) -> started(query, () -> query.runOnThisWorker(() -> work.query(query.session(), parameters))),
        QueryResult::close);
  }

  /// Runs the query to its end on one of the engine's workers.
  ///
  /// The future completes with the number of rows that it changed, or with an exception as [#execute] throws it.
  /// Cancelling it stops the query.
  ///
  /// @throws OverloadedException if too many queries wait for a worker
  public CompletableFuture<Long> executeAsync() {
    return submit(
        (query, work) -> {
          try {
            return query.runOnThisWorker(() -> work.execute(query.session(), parameters));
          } finally {
            query.end();
          }
        },
        changed -> {});
  }

  /// The rows as a publisher: each subscription runs the query once.
  ///
  /// Batches are fetched as they are asked for, by one of the engine's workers; between requests no thread waits. A
  /// batch belongs to the worker and is valid until `onNext` returns: a subscriber copies what it wants to keep. What
  /// the query throws goes to `onError`, as does what `onNext` throws. Cancelling the subscription stops the query.
  public Flow.Publisher<RecordBatch> publish() {
    return subscriber -> BatchSubscription.start(subscriber, this, workers);
  }

  /// Submits the query as a job that others have precedence over, that can be paused, and that goes on by itself
  /// whatever becomes of the submitting thread. The time limit counts from the start of the job, pauses included.
  ///
  /// With a target other than [JobTarget#none()] the query is one SELECT, whose rows the target gets.
  ///
  /// @return the job, which belongs to the engine: see [Engine#jobs()]
  /// @throws InvalidInputException if the query belongs to a session or a prepared statement, which may be closed
  ///   before the job has ended
  /// @throws ClosedException if the engine is closed
  public Job inBackground(JobTarget target) {
    if (engine == null || !(work instanceof Work.Sql(String sql))) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "a query of a session or a prepared statement cannot run in the background, for those may be closed",
              "make it with Engine.sql"));
    }
    return engine.scheduler().submit(new JobSpec(source, workers, sql, parameters, limits, target));
  }

  ActiveQuery begin() {
    return ActiveQuery.begin(source, workers, limits);
  }

  /// Runs the query for a subscription, on the worker that this is called on.
  QueryResult runOnThisWorker(ActiveQuery query) {
    return started(query, () -> query.runOnThisWorker(() -> work.query(query.session(), parameters)));
  }

  private static QueryResult started(ActiveQuery query, java.util.function.Supplier<ResultHandle> start) {
    ResultHandle handle = null;
    try {
      handle = start.get();
    } finally {
      if (handle == null) {
        query.end();
      }
    }
    return new QueryResult(query, handle);
  }

  private <T> CompletableFuture<T> submit(BiFunction<ActiveQuery, Work, T> run, Consumer<T> discard) {
    QueryFuture<T> future = new QueryFuture<>();
    workers.execute(false, group(), () -> future.run(this::begin, query -> run.apply(query, work), discard));
    return future;
  }
}
