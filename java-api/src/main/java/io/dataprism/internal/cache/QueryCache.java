package io.dataprism.internal.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.dataprism.Engine;
import io.dataprism.bindings.ChangeCounters;
import io.dataprism.bindings.ChangeCounters.PlanCounts;
import io.dataprism.bindings.ChangeCounters.Versions;
import io.dataprism.bindings.MemoryReservation;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.bindings.StoredHandle;
import io.dataprism.cache.BypassReason;
import io.dataprism.cache.CacheOptions;
import io.dataprism.cache.CacheStatistics;
import io.dataprism.cache.CacheStatistics.Kept;
import io.dataprism.cache.ResultCache;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.Work;
import io.dataprism.internal.handle.Errors;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The results that an engine keeps, and the values that were computed from results. Thread-safe.
///
/// Whether a result is still true is decided when it is asked for, by comparing versions that were read before it was
/// computed with those of now. Nobody has to be told of a change, so no change can be missed.
public final class QueryCache implements ResultCache {
  /// Bound within a computation of a value.
  private static final ScopedValue<Boolean> COMPUTING = ScopedValue.newInstance();

  private final Engine engine;
  private final NativeEngine nativeEngine;
  private final ChangeCounters counters;
  private final CacheOptions options;
  private final StatementAnalyses analyses;
  private final Cache<CacheKey, Entry> entries;

  /// Results and values that are being computed, each with what is done when it has been.
  private final ConcurrentMap<CacheKey, CompletableFuture<@Nullable Void>> flights = new ConcurrentHashMap<>();

  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder invalidations = new LongAdder();
  private final Map<BypassReason, LongAdder> bypasses = new EnumMap<>(BypassReason.class);

  /// Something that was computed, and what from.
  private abstract static sealed class Entry permits Rows, Value {
    final Reads reads;
    final Versions versions;
    final FileVersions files;
    final int weight;

    /// A count of changes at which the entry was known to be true.
    volatile long trueAt;

    Entry(State state, int weight) {
      this.reads = state.reads;
      this.versions = state.versions;
      this.files = state.files;
      this.weight = weight;
      this.trueAt = versions.changes();
    }

    boolean isTrueIn(State state) {
      // Versions of other names are not comparable: a sum of fewer counters may be the same.
      return state.bypass() == null
          && Arrays.equals(reads.counters(), state.reads.counters())
          && versions.definitions() == state.versions.definitions()
          && versions.rows() == state.versions.rows()
          && files.equals(state.files);
    }

    /// Gives its memory back. What somebody reads stays readable.
    abstract void close();
  }

  /// The rows of a query.
  private static final class Rows extends Entry {
    private final StoredHandle stored;

    Rows(StoredHandle stored, State state, int weight) {
      super(state, weight);
      this.stored = stored;
    }

    @Override
    void close() {
      stored.close();
    }
  }

  /// What a computation has made of the rows of a query.
  private static final class Value extends Entry {
    private final Object value;
    private final MemoryReservation memory;

    Value(Object value, MemoryReservation memory, State state, int weight) {
      super(state, weight);
      this.value = value;
      this.memory = memory;
    }

    @Override
    void close() {
      memory.close();
    }
  }

  /// What a look for an entry has found.
  private sealed interface Look<R> {}

  /// What was asked for.
  private record Hit<R>(R found) implements Look<R> {}

  /// Nothing that is true.
  ///
  /// @param stale what was there and is true no more
  /// @param state what the statement would read now
  private record Miss<R>(@Nullable Entry stale, State state) implements Look<R> {}

  /// What a statement would read now.
  private record State(Reads reads, Versions versions, FileVersions files) {
    @Nullable BypassReason bypass() {
      return reads.bypass() == null ? files.bypass() : reads.bypass();
    }
  }

  public QueryCache(Engine engine, NativeEngine nativeEngine, CacheOptions options) {
    this.engine = engine;
    this.nativeEngine = nativeEngine;
    this.options = options;
    this.counters = new ChangeCounters(nativeEngine);
    this.analyses = new StatementAnalyses(engine, counters);
    for (BypassReason reason : BypassReason.values()) {
      bypasses.put(reason, new LongAdder());
    }
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(options.maxBytes())
            .<CacheKey, Entry>weigher((key, entry) -> entry.weight)
            // Evicting is quick, and whoever adds an entry is to find the bound kept.
            .executor(Runnable::run)
            .<CacheKey, Entry>removalListener((key, entry, cause) -> removed(entry, cause))
            .build();
  }

  private void removed(@Nullable Entry entry, RemovalCause cause) {
    if (entry != null) {
      bytes.addAndGet(-entry.weight);
      if (cause == RemovalCause.SIZE) {
        evictions.increment();
      }
      entry.close();
    }
  }

  /// Gives the rows of a query: kept ones if they are true, computed ones otherwise. To be called outside of a call of
  /// the query: on a virtual thread, neither finding what is kept nor waiting for another query to compute it takes a
  /// worker.
  public ResultHandle query(Work work, ParameterList parameters, ActiveQuery query) {
    if (!StatementAnalyses.mayBeSelect(work.sql())) {
      return query.run(() -> bypass(BypassReason.NOT_A_SELECT, work, parameters, query));
    }
    if (work.isClosed()) {
      // Running it says so.
      return query.run(() -> work.query(query.session(), parameters));
    }
    CacheKey key = CacheKey.of(null, work.sql(), parameters);
    if (key == null) {
      return query.run(() -> bypass(BypassReason.PARAMETER, work, parameters, query));
    }
    ResultHandle kept = query.lookHere(() -> openUnchanged(key, QueryCache::rowsOf));
    if (kept != null) {
      query.foundInCache();
      return kept;
    }
    boolean waited = false;
    CompletableFuture<@Nullable Void> other = flights.get(key);
    while (true) {
      if (other != null) {
        query.await(other);
        waited = true;
      }
      boolean alone = waited;
      Attempt attempt = query.run(() -> attempt(key, alone, work, parameters, query));
      if (attempt.rows != null) {
        return attempt.rows;
      }
      other = attempt.other;
    }
  }

  /// What came of looking for the rows and computing them.
  ///
  /// @param rows the rows, or null
  /// @param other done when somebody else has computed them, or null
  private record Attempt(@Nullable ResultHandle rows, @Nullable CompletableFuture<@Nullable Void> other) {}

  /// Looks for the rows and computes them, within a call of the query.
  ///
  /// @param alone whether to do so though somebody else does too
  private Attempt attempt(CacheKey key, boolean alone, Work work, ParameterList parameters, ActiveQuery query) {
    while (true) {
      Miss<ResultHandle> miss;
      switch (look(key, QueryCache::rowsOf)) {
        case Hit<ResultHandle>(ResultHandle rows) -> {
          query.foundInCache();
          return new Attempt(rows, null);
        }
        case Miss<ResultHandle> nothing -> miss = nothing;
      }
      BypassReason reason = miss.state.bypass();
      if (reason != null) {
        return new Attempt(bypass(reason, work, parameters, query), null);
      }
      CompletableFuture<@Nullable Void> flight = new CompletableFuture<>();
      CompletableFuture<@Nullable Void> other = alone ? null : flights.putIfAbsent(key, flight);
      if (other != null) {
        return new Attempt(null, other);
      }
      try {
        if (isUnchanged(key, miss.stale)) {
          return new Attempt(compute(key, miss.state, work, parameters, query), null);
        }
      } finally {
        flights.remove(key, flight);
        flight.complete(null);
      }
    }
  }

  /// Gives what a computation makes of the rows of a query: a kept value if it is true, a new one otherwise. To be
  /// called outside of a call of the query, for computing is the caller's code, and whoever waits for it must not hold
  /// a worker that it needs.
  public <T> T value(Computation<T> computation, Work work, ParameterList parameters, ActiveQuery query) {
    if (!StatementAnalyses.mayBeSelect(work.sql())) {
      count(BypassReason.NOT_A_SELECT);
      return computation.value().get();
    }
    if (work.isClosed()) {
      // Running it says so.
      return computation.value().get();
    }
    CacheKey key = CacheKey.of(computation.name(), work.sql(), parameters);
    if (key == null) {
      count(BypassReason.PARAMETER);
      return computation.value().get();
    }
    Object kept = query.lookHere(() -> openUnchanged(key, QueryCache::valueOf));
    // Two computations that asked for each other's values would wait for ever.
    boolean alone = COMPUTING.isBound();
    while (kept == null) {
      Miss<Object> miss;
      switch (query.run(() -> look(key, QueryCache::valueOf))) {
        case Hit<Object>(Object value) -> {
          kept = value;
          continue;
        }
        case Miss<Object> nothing -> miss = nothing;
      }
      BypassReason reason = miss.state.bypass();
      if (reason != null) {
        count(reason);
        return computation.value().get();
      }
      CompletableFuture<@Nullable Void> flight = new CompletableFuture<>();
      CompletableFuture<@Nullable Void> other = alone ? null : flights.putIfAbsent(key, flight);
      if (other != null) {
        query.await(other);
        alone = true;
        continue;
      }
      try {
        if (isUnchanged(key, miss.stale)) {
          return compute(key, miss.state, computation);
        }
      } finally {
        flights.remove(key, flight);
        flight.complete(null);
      }
    }
    query.foundInCache();
    // Whoever gives a computation its name gives its values their type.
    @SuppressWarnings("unchecked")
    T value = (T) kept;
    return value;
  }

  private static @Nullable ResultHandle rowsOf(Entry entry) {
    return ((Rows) entry).stored.open();
  }

  private static Object valueOf(Entry entry) {
    return ((Value) entry).value;
  }

  /// Takes something out of an entry, if nothing at all has changed since that was known to be true.
  ///
  /// @param open takes it out; null if the entry has been closed
  private <R> @Nullable R openUnchanged(CacheKey key, Function<Entry, @Nullable R> open) {
    Entry entry = entries.getIfPresent(key);
    if (entry == null || !entry.files.files().isEmpty() || entry.trueAt != counters.count()) {
      return null;
    }
    R found = open.apply(entry);
    if (found != null) {
      hits.increment();
    }
    return found;
  }

  /// Looks for what is kept for a key, and whether it is true.
  ///
  /// @param open takes it out of its entry; null if the entry has been closed
  private <R> Look<R> look(CacheKey key, Function<Entry, @Nullable R> open) {
    R unchanged = openUnchanged(key, open);
    if (unchanged != null) {
      return new Hit<>(unchanged);
    }
    Entry entry = entries.getIfPresent(key);
    State state = state(key.sql());
    if (entry != null && isTrue(key, entry, state)) {
      R found = open.apply(entry);
      if (found != null) {
        hits.increment();
        return new Hit<>(found);
      }
    }
    return new Miss<>(entry, state);
  }

  /// Whether an entry is true still; one that is not goes.
  private boolean isTrue(CacheKey key, Entry entry, State state) {
    if (entry.isTrueIn(state)) {
      entry.trueAt = state.versions.changes();
      return true;
    }
    if (entries.asMap().remove(key, entry)) {
      invalidations.increment();
    }
    return false;
  }

  private boolean isUnchanged(CacheKey key, @Nullable Entry before) {
    Entry meanwhile = entries.getIfPresent(key);
    return meanwhile == null || meanwhile == before;
  }

  private ResultHandle compute(CacheKey key, State state, Work work, ParameterList parameters, ActiveQuery query) {
    misses.increment();
    ResultHandle rows = work.query(query.session(), parameters);
    boolean done = false;
    try {
      long keyBytes = key.bytes();
      long room = options.maxEntryBytes() - keyBytes;
      StoredHandle stored = room < 0 ? null : StoredHandle.store(nativeEngine.get(), rows, room);
      if (stored == null) {
        refused.increment();
      } else {
        keep(key, new Rows(stored, state, Math.toIntExact(stored.bytes() + keyBytes)));
      }
      done = true;
      return rows;
    } finally {
      if (!done) {
        rows.close();
      }
    }
  }

  private <T> T compute(CacheKey key, State state, Computation<T> computation) {
    misses.increment();
    T value = ScopedValue.where(COMPUTING, true).call(() -> computation.value().get());
    long size = computation.bytes().applyAsLong(value);
    if (size < 0) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "the value of the computation '" + computation.name() + "' is said to take " + size + " bytes",
              "give a function that tells how many bytes of the heap a value takes"));
    }
    long keyBytes = key.bytes();
    MemoryReservation memory =
        size > options.maxEntryBytes() - keyBytes ? null : MemoryReservation.forCache(size, nativeEngine);
    if (memory == null) {
      refused.increment();
    } else {
      keep(key, new Value(value, memory, state, Math.toIntExact(size + keyBytes)));
      // Closing the engine drops what is kept then, and closes nothing else that has been reserved.
      if (nativeEngine.isClosed()) {
        entries.invalidate(key);
      }
    }
    return value;
  }

  private void keep(CacheKey key, Entry entry) {
    bytes.addAndGet(entry.weight);
    entries.put(key, entry);
  }

  private ResultHandle bypass(BypassReason reason, Work work, ParameterList parameters, ActiveQuery query) {
    count(reason);
    return work.query(query.session(), parameters);
  }

  private void count(BypassReason reason) {
    LongAdder count = bypasses.get(reason);
    if (count != null) {
      count.increment();
    }
  }

  /// What a statement would read now. Versions are read before anything is: what changes from here on moves them.
  private State state(String sql) {
    while (true) {
      Reads reads = analyses.of(sql);
      Versions versions = counters.versions(reads.counters());
      if (reads.bypass() != null) {
        return new State(reads, versions, FileVersions.NONE);
      }
      if (versions.definitions() == reads.definitions()) {
        return new State(reads, versions, FileVersions.read(engine, reads.files()));
      }
    }
  }

  @Override
  public CacheStatistics statistics() {
    // Whoever looks at an engine that is opened lazily does not start it.
    boolean waits = nativeEngine.ifStarted() == null && !nativeEngine.isClosed();
    PlanCounts plans = waits ? new PlanCounts(0, 0) : counters.plans();
    entries.cleanUp();
    Map<BypassReason, Long> reasons = new EnumMap<>(BypassReason.class);
    bypasses.forEach((reason, count) -> reasons.put(reason, count.sum()));
    return new CacheStatistics(
        hits.sum(),
        misses.sum(),
        reasons,
        refused.sum(),
        evictions.sum(),
        invalidations.sum(),
        entries.estimatedSize(),
        bytes.get(),
        options.maxBytes(),
        analyses.counts(),
        new Kept(plans.hits(), plans.misses()));
  }

  @Override
  public void clear() {
    entries.invalidateAll();
    entries.cleanUp();
  }
}
