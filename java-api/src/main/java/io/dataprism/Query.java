package io.dataprism;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.error.BusyException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.error.UnsupportedException;
import io.dataprism.export.ArrowStream;
import io.dataprism.export.ExportFormat;
import io.dataprism.export.ExportReport;
import io.dataprism.export.ExportTarget;
import io.dataprism.internal.cache.CacheUse;
import io.dataprism.internal.cache.Computation;
import io.dataprism.internal.cache.QueryCache;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.QueryOptions;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.export.ArrowStreamRows;
import io.dataprism.internal.export.ExportRun;
import io.dataprism.internal.job.JobSpec;
import io.dataprism.internal.plan.Explainer;
import io.dataprism.job.Job;
import io.dataprism.job.JobTarget;
import io.dataprism.metrics.QueryMetrics;
import io.dataprism.plan.QueryPlan;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
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
  private final ExecutionContext context;
  private final Work work;
  private final ParameterList parameters;
  private final QueryOptions options;
  private final @Nullable CacheUse caching;

  /// Who runs it in the background.
  private final Engine engine;

  Query(ExecutionContext context, Work work, @Nullable CacheUse caching, Engine engine) {
    this(context, work, ParameterList.positional(), QueryOptions.NONE, caching, engine);
  }

  private Query(
      ExecutionContext context,
      Work work,
      ParameterList parameters,
      QueryOptions options,
      @Nullable CacheUse caching,
      Engine engine) {
    this.context = context;
    this.work = work;
    this.parameters = parameters;
    this.options = options;
    this.caching = caching;
    this.engine = engine;
  }

  /// The query with values for `?` or `$1`, `$2`, …
  ///
  /// @param values as for [Engine#query]; they are copied. A `Map<String, …>` as the only one gives values by name: see
  ///   [#with(Map)]
  public Query with(@Nullable Object... values) {
    return new Query(context, work, ParameterCopy.positional(values), options, caching, engine);
  }

  /// The query with values for named parameters. A MAP for the only parameter of a query is given by [SqlValue#map].
  ///
  /// @param values by name, without the `$`; the case of names does not matter. They are copied
  public Query with(Map<String, ? extends @Nullable Object> values) {
    return new Query(context, work, ParameterCopy.named(values), options, caching, engine);
  }

  /// The query with a limit on the time from when it is run or submitted to its last row. The time that it waits for a
  /// worker counts, and so does that in which its batches are looked at; when the limit passes during that, pulling the
  /// next batch fails.
  ///
  /// @throws ConfigurationException if the limit is not positive
  public Query timeLimit(Duration limit) {
    if (!limit.isPositive()) {
      throw new ConfigurationException(
          Details.of(ErrorCode.CONFIGURATION, "the time limit is " + limit, "give a time above zero, or leave it out"));
    }
    return with(options.withTimeLimit(limit));
  }

  /// The query with somebody who is told how far it is: some 20 times a second, and when a native call of it ends. That
  /// happens on a virtual thread, one for each listener: a listener is not called again before it has returned, and
  /// does not keep others waiting. Of a [batch][PreparedStatement#batch] it is told what part of its rows has been run.
  public Query onProgress(Consumer<Progress> listener) {
    return with(options.withListener(listener));
  }

  /// The query with somebody who is told what it has taken, once it has ended: successfully or not, and by whichever of
  /// the ways to run it. That happens on a virtual thread, one for each listener, whatever the number of queries that
  /// it is given to: a listener is called once at a time, and does not keep others waiting. One that falls behind by
  /// more than a thousand queries misses some, which is logged with their number.
  public Query onMetrics(Consumer<QueryMetrics> listener) {
    return with(options.withMetrics(listener));
  }

  /// The query with DuckDB measuring it, for [QueryMetrics#profile()]. That takes some 50 microseconds, and a few more
  /// for each operator of the plan.
  public Query profiled() {
    return with(options.withProfile());
  }

  /// The query with the engine's cache: its rows are kept, if they may be, and given again as long as everything is as
  /// it was. A query whose rows are to be kept is run to its end before the first of them is given. [#execute] and
  /// [#forEachUnordered] run it all the same.
  ///
  /// @throws ConfigurationException if the engine has no cache, or the query belongs to a session: what a session sees
  ///   is its own
  public Query cached() {
    return cached(true);
  }

  /// The query without the engine's cache, where the engine uses it for all queries.
  public Query uncached() {
    return caching == null ? this : cached(false);
  }

  private Query cached(boolean wanted) {
    return new Query(context, work, parameters, options, new CacheUse(cache(), wanted), engine);
  }

  private QueryCache cache() {
    if (caching == null) {
      throw new ConfigurationException(
          Details.of(
              ErrorCode.CONFIGURATION,
              "there is no cache for this query",
              "open the engine with EngineBuilder.cache, and run the query by the engine, not in a session"));
    }
    return caching.cache();
  }

  /// Computes a value from the rows, such as quantiles of a column, and keeps it in the engine's cache: it is given
  /// again as long as the rows would be, under the rules of [#cached()]. The rows themselves are not kept. Of several
  /// threads that ask for the same value at once, one computes it and the others wait.
  ///
  /// The value is found by the name together with the SQL and the parameters. So one name stands for one computation,
  /// whose values have one type.
  ///
  /// Everyone who asks gets the same object, at once and by any thread: it is immutable, or never changed any more. It
  /// is kept on the heap, and its bytes count in the cache and in the memory budget until it is dropped.
  ///
  /// A computation may ask for other values, which it then does not wait for but computes itself where another thread
  /// is at it.
  ///
  /// @param name tells the computation from others over the same rows
  /// @param computation makes the value of the rows, on this thread; they are closed for it. What it throws is thrown
  ///   here, and nothing is kept.
  /// @param bytes tells how many bytes of the heap a value takes, about
  /// @return the value
  /// @throws ConfigurationException if the engine has no cache, or the query belongs to a session
  /// @throws InvalidInputException if a value is said to take less than no bytes
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public <T> T compute(
      String name, Function<? super QueryResult, ? extends T> computation, ToLongFunction<? super T> bytes) {
    QueryCache cache = cache();
    Objects.requireNonNull(name, "name");
    ActiveQuery query = begin();
    Supplier<T> value =
        () -> {
          try (QueryResult rows = started(query, () -> query.run(() -> work.query(query.session(), parameters)))) {
            return Objects.requireNonNull(computation.apply(rows), "the computation gave no value");
          }
        };
    try {
      return cache.value(new Computation<>(name, value, bytes), work, parameters, query);
    } finally {
      query.end();
    }
  }

  /// The query as one of a group, such as those of a tenant, a user or a kind of job. Where queries of virtual threads,
  /// futures and publishers wait for a worker, groups are served in turn, so that one with thousands of queries does
  /// not hold up another's. Queries without a group form one.
  ///
  /// @param name the name of the group; groups exist while they have queries that wait
  public Query group(String name) {
    return with(options.withGroup(Objects.requireNonNull(name, "name")));
  }

  private Query with(QueryOptions changed) {
    return new Query(context, work, parameters, changed, caching, engine);
  }

  /// Runs the query and gives its rows, which are computed as they are pulled.
  ///
  /// @return the rows; the caller closes them
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public QueryResult run() {
    return run(begin());
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
    return query.runToEnd(() -> query.addChangedRows(work.execute(query.session(), parameters)));
  }

  /// Runs the query on one of the engine's workers.
  ///
  /// The future completes when the rows can be pulled, with an exception as [#run] throws it otherwise. Cancelling it
  /// stops the query. Whoever gets the rows closes them; where the future is cancelled, nobody has to.
  ///
  /// The future is completed by a virtual thread, which also runs what depends on it, unless that is given an executor:
  /// it may run other queries and wait for them.
  ///
  /// @throws OverloadedException if too many queries wait for a worker; with the engine's cache the future completes
  ///   with this exception instead, because the cache may spare the query the worker
  public CompletableFuture<QueryResult> runAsync() {
    ActiveQuery query = begin();
    return cacheInUse() == null
        ? QueryFuture.submit(
            query,
            () -> started(query, () -> query.runOnThisWorker(() -> work.query(query.session(), parameters))),
            QueryResult::close)
        : QueryFuture.start(query, () -> run(query), QueryResult::close);
  }

  /// Runs the query to its end on one of the engine's workers.
  ///
  /// The future completes with the number of rows that it changed, or with an exception as [#execute] throws it.
  /// Cancelling it stops the query. It is completed by a virtual thread, as that of [#runAsync].
  ///
  /// @throws OverloadedException if too many queries wait for a worker
  public CompletableFuture<Long> executeAsync() {
    ActiveQuery query = begin();
    return QueryFuture.submit(
        query,
        () -> {
          try {
            return query.addChangedRows(query.runOnThisWorker(() -> work.execute(query.session(), parameters)));
          } finally {
            query.end();
          }
        },
        changed -> {});
  }

  /// Runs the query and hands its rows to a consumer, batch by batch and in any order, on the threads that compute
  /// them.
  ///
  /// **The consumer is called by several threads at once**: DuckDB's own, as many as the engine has, and the calling
  /// one. So the rows are read as fast as they are computed, with no thread in between, and the consumer has to be
  /// thread-safe. A batch belongs to the thread that the consumer is called on, and is valid until it returns. When
  /// this returns or throws, every call of the consumer has returned.
  ///
  /// There is no order: not that of an ORDER BY, which only decides here which rows a LIMIT keeps. The text may hold
  /// several statements, of which the last one is a SELECT; those before it run to their end.
  ///
  /// An exception of the consumer stops the query and is thrown here, with further ones suppressed. While the consumer
  /// runs, a thread computes nothing; it may run other queries, but in other sessions. It may not close the session,
  /// statement or engine of this query, which is a [BusyException], nor wait for somebody who does, which is for ever.
  ///
  /// @param consumer takes the batches
  /// @return how many rows the consumer has taken
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws UnsupportedException if the last statement is not a SELECT, or its columns are not known before it runs
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public long forEachUnordered(Consumer<? super RecordBatch> consumer) {
    ActiveQuery query = begin();
    return UnorderedDelivery.run(query, query::runToEnd, work, parameters, consumer);
  }

  /// Runs the query and hands its rows to a consumer as [#forEachUnordered] does, from one of the engine's workers.
  ///
  /// The future completes with the number of rows that the consumer has taken, or with an exception as
  /// [#forEachUnordered] throws it. Cancelling it stops the query; calls of the consumer that are in progress go on
  /// until they return. It is completed by a virtual thread, as that of [#runAsync].
  ///
  /// @param consumer takes the batches
  /// @throws OverloadedException if too many queries wait for a worker
  public CompletableFuture<Long> forEachUnorderedAsync(Consumer<? super RecordBatch> consumer) {
    ActiveQuery query = begin();
    return QueryFuture.submit(
        query, () -> UnorderedDelivery.run(query, query::runOnThisWorker, work, parameters, consumer), rows -> {});
  }

  /// Runs the query to its end and writes its rows to a file, stream or channel.
  ///
  /// A file appears as a whole, when all of it is on the disk: it is written under another name beside the target, and
  /// nothing is left of it where the export fails or is stopped. What a stream or channel has got by then stays there.
  ///
  /// [Arrow][ExportFormat#arrowFile()] is written batch by batch as the rows are computed, and any statement that gives
  /// rows can be exported. The other formats are written by DuckDB's threads, and the last statement has to be a
  /// SELECT; on its way to a stream such a file is in the engine's temporary directory, and deleted whatever happens.
  /// They run the query whether or not its rows are in the engine's cache.
  ///
  /// @param format such as [ExportFormat#parquet()]
  /// @param target such as [ExportTarget#file]
  /// @return how much has been written
  /// @throws io.dataprism.error.IoException if the file exists already, or something cannot be written; what a stream
  ///   has thrown is the cause
  /// @throws InvalidInputException if the query is a batch of parameters
  /// @throws UnsupportedException if the format cannot hold the rows, or DuckDB is to write rows of something that is
  ///   not a SELECT
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public ExportReport export(ExportFormat format, ExportTarget target) {
    return export(begin(), format, target);
  }

  /// Runs the query to its end and writes its rows as [#export] does, on a virtual thread that has the engine's workers
  /// make its native calls.
  ///
  /// The future completes with how much has been written, or with an exception as [#export] throws it. Cancelling it
  /// stops the export.
  public CompletableFuture<ExportReport> exportAsync(ExportFormat format, ExportTarget target) {
    ActiveQuery query = begin();
    return QueryFuture.start(query, () -> export(query, format, target), report -> {});
  }

  private ExportReport export(ActiveQuery query, ExportFormat format, ExportTarget target) {
    return ExportRun.run(query, new ExportSource(query), format, target);
  }

  /// This query, for an export.
  private final class ExportSource implements ExportRun.Source {
    private final ActiveQuery query;

    ExportSource(ActiveQuery query) {
      this.query = query;
    }

    @Override
    public ResultHandle start() {
      return startHandle(query);
    }

    @Override
    public long copy(String destination) {
      return work.copy(query.session(), parameters, destination);
    }

    @Override
    public Path temporaryFolder() {
      Query setting =
          new Query(context.unobserved(), new Work.Sql("SELECT current_setting('temp_directory')"), null, engine);
      try (QueryResult rows = setting.run();
          RecordBatch batch = rows.next()) {
        String folder = batch == null ? null : batch.utf8(0).get(0);
        // An engine without spilling has none.
        return Path.of(folder == null || folder.isEmpty() ? System.getProperty("java.io.tmpdir") : folder);
      }
    }
  }

  /// Runs the query and gives its rows to whoever reads an Arrow C stream, in this process and in any language, without
  /// copying them. The structure is the caller's; what is put into it owns the rows, and has to be released, once, by
  /// its own `release`, as the [Arrow C stream interface](https://arrow.apache.org/docs/format/CStreamInterface.html)
  /// says. Releasing it before the last row stops the query.
  ///
  /// The query runs as its batches are pulled, by whichever thread pulls them. Its time limit counts until the stream
  /// is released, and what stops a query stops this one: the consumer's call fails. Its batches are the consumer's,
  /// count in the memory budget until they are released, and outlive the stream and the engine.
  ///
  /// @param struct native memory with room for an `ArrowArrayStream`; what is in it is overwritten, unless this throws
  /// @return tells what becomes of the stream
  /// @throws InvalidInputException if the memory is not native, cannot be written or is too small
  /// @throws InterruptedQueryException if this thread is interrupted while it waits
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws OverloadedException on a virtual thread, if too many queries wait for a worker
  /// @throws DataPrismException of another kind if the SQL cannot be parsed, bound or run
  public ArrowStream exportArrowStream(MemorySegment struct) {
    ArrowStreamRows.requireStruct(struct);
    ActiveQuery query = begin();
    return ArrowStreamRows.export(struct, query, () -> startHandle(query));
  }

  /// The rows as a publisher: each subscription runs the query once.
  ///
  /// The query starts with the first request. Batches are fetched as they are asked for, by one of the engine's
  /// workers; between requests no thread waits. The subscriber is called on a virtual thread, not always the same one,
  /// and may run other queries and wait for them. A batch belongs to that thread and is valid until `onNext` returns: a
  /// subscriber copies what it wants to keep. What the query throws goes to `onError`, as does what `onNext` throws.
  /// Cancelling the subscription stops the query.
  public Flow.Publisher<RecordBatch> publish() {
    return subscriber -> BatchSubscription.start(subscriber, this);
  }

  /// The plan by which DuckDB would run the query, which is not run. To get it takes more than one statement: the time
  /// limit holds for each, and listeners are told of each.
  ///
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws DataPrismException of another kind if the SQL cannot be bound
  public QueryPlan explain() {
    return Explainer.explain(new OwnText());
  }

  /// Runs the query to its end, changes of data included, and gives its plan with the rows and times that were
  /// measured. Rows that it gives are counted and dropped.
  ///
  /// @throws SyntaxException if the text is not exactly one statement, or one that cannot be explained; nothing has run
  /// @throws TimeLimitException if it takes longer than it may
  /// @throws DataPrismException of another kind if the SQL cannot be bound or run
  public QueryPlan explainAnalyze() {
    return Explainer.explainAnalyze(new OwnText());
  }

  /// The text of this query, for EXPLAIN. What is in front of it is no text of a prepared statement.
  private final class OwnText implements Explainer.Explained {
    @Override
    public void prepare() {
      PreparedStatement.prepare(work.sql(), context, null, engine).close();
    }

    @Override
    public QueryResult run(String before) {
      return new Query(context, new Work.Sql(before + work.sql()), parameters, options, null, engine).run();
    }

    @Override
    public QueryResult run(String sql, String parameter) {
      return new Query(context.unobserved(), new Work.Sql(sql), null, engine).with(parameter).run();
    }
  }

  /// Submits the query as a job that others have precedence over, that can be paused, and that goes on by itself
  /// whatever becomes of the submitting thread. The time limit counts while the job runs, from its start on; pauses do
  /// not count.
  ///
  /// With a target other than [JobTarget#none()] the query is one SELECT, whose rows the target gets.
  ///
  /// A query of a session or transaction runs in there, and sees its temporary tables, settings and changes; its rows
  /// are written in a transaction of their own. From the start of the job to its end the session is busy: a statement
  /// that is run there meanwhile is a [BusyException], and so is what the job ends with if the session is busy when it
  /// starts. If the session is closed before, the job ends with a [ClosedException]. Of a prepared statement a job
  /// needs only the text and the parameters: the statement may be closed.
  ///
  /// @return the job, which belongs to the engine: see [Engine#jobs()]
  /// @throws InvalidInputException if the query is a batch of parameters
  /// @throws ClosedException if the engine is closed
  public Job inBackground(JobTarget target) {
    if (work instanceof Work.Batch) {
      throw ParameterCopy.invalid(
          "a batch of parameters cannot run in the background", "run it with executeAsync(), which holds up no thread");
    }
    return engine.scheduler().submit(new JobSpec(context, engine.context(), work.sql(), parameters, options, target));
  }

  ActiveQuery begin() {
    return ActiveQuery.begin(context, work.sql(), options);
  }

  /// Gives the rows of a query that [#begin] has begun.
  QueryResult run(ActiveQuery query) {
    return new QueryResult(query, startHandle(query));
  }

  private ResultHandle startHandle(ActiveQuery query) {
    CacheUse cache = cacheInUse();
    return cache == null
        ? startedHandle(query, () -> query.run(() -> work.query(query.session(), parameters)))
        : startedHandle(query, () -> cache.cache().query(work, parameters, query));
  }

  private @Nullable CacheUse cacheInUse() {
    CacheUse use = caching;
    return use != null && use.wanted() ? use : null;
  }

  private static QueryResult started(ActiveQuery query, Supplier<ResultHandle> start) {
    return new QueryResult(query, startedHandle(query, start));
  }

  private static ResultHandle startedHandle(ActiveQuery query, Supplier<ResultHandle> start) {
    ResultHandle handle = null;
    try {
      handle = start.get();
    } finally {
      if (handle == null) {
        query.end();
      }
    }
    return handle;
  }
}
