package io.dataprism.internal.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.dataprism.Engine;
import io.dataprism.bindings.ChangeCounters;
import io.dataprism.bindings.ChangeCounters.PlanCounts;
import io.dataprism.bindings.ChangeCounters.Versions;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.bindings.StoredHandle;
import io.dataprism.cache.BypassReason;
import io.dataprism.cache.CacheOptions;
import io.dataprism.cache.CacheStatistics;
import io.dataprism.cache.CacheStatistics.Kept;
import io.dataprism.cache.ResultCache;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.Work;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The results that an engine keeps. Thread-safe.
///
/// Whether a result is still true is decided when it is asked for, by comparing versions that were read before it was
/// computed with those of now. Nobody has to be told of a change, so no change can be missed.
public final class QueryCache implements ResultCache {
  private final Engine engine;
  private final NativeEngine nativeEngine;
  private final ChangeCounters counters;
  private final CacheOptions options;
  private final StatementAnalyses analyses;
  private final Cache<CacheKey, Entry> entries;

  /// Results that are being computed, each with what is done when it has been.
  private final ConcurrentMap<CacheKey, CompletableFuture<@Nullable Void>> flights = new ConcurrentHashMap<>();

  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder invalidations = new LongAdder();
  private final Map<BypassReason, LongAdder> bypasses = new EnumMap<>(BypassReason.class);

  /// A result, and what it was computed from.
  private static final class Entry {
    final StoredHandle stored;
    final Reads reads;
    final Versions versions;
    final FileVersions files;
    final int weight;

    /// A count of changes at which the entry was known to be true.
    volatile long trueAt;

    Entry(StoredHandle stored, State state, int weight) {
      this.stored = stored;
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
  }

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
      entry.stored.close();
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
    CacheKey key = CacheKey.of(work.sql(), parameters);
    if (key == null) {
      return query.run(() -> bypass(BypassReason.PARAMETER, work, parameters, query));
    }
    ResultHandle kept = query.lookHere(() -> openUnchanged(key));
    if (kept != null) {
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

  /// The rows of an entry, if nothing at all has changed since they were known to be true.
  private @Nullable ResultHandle openUnchanged(CacheKey key) {
    Entry entry = entries.getIfPresent(key);
    if (entry == null || !entry.files.files().isEmpty() || entry.trueAt != counters.count()) {
      return null;
    }
    ResultHandle rows = entry.stored.open();
    if (rows != null) {
      hits.increment();
    }
    return rows;
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
      ResultHandle unchanged = openUnchanged(key);
      if (unchanged != null) {
        return new Attempt(unchanged, null);
      }
      Entry entry = entries.getIfPresent(key);
      State state = state(key.sql());
      ResultHandle rows = entry == null ? null : open(key, entry, state);
      if (rows != null) {
        hits.increment();
        return new Attempt(rows, null);
      }
      BypassReason reason = state.bypass();
      if (reason != null) {
        return new Attempt(bypass(reason, work, parameters, query), null);
      }
      CompletableFuture<@Nullable Void> flight = new CompletableFuture<>();
      CompletableFuture<@Nullable Void> other = alone ? null : flights.putIfAbsent(key, flight);
      if (other != null) {
        return new Attempt(null, other);
      }
      try {
        Entry meanwhile = entries.getIfPresent(key);
        if (meanwhile == null || meanwhile == entry) {
          return new Attempt(compute(key, state, work, parameters, query), null);
        }
      } finally {
        flights.remove(key, flight);
        flight.complete(null);
      }
    }
  }

  /// The rows of an entry; null if it is not true any more, or is gone.
  private @Nullable ResultHandle open(CacheKey key, Entry entry, State state) {
    if (!entry.isTrueIn(state)) {
      if (entries.asMap().remove(key, entry)) {
        invalidations.increment();
      }
      return null;
    }
    entry.trueAt = state.versions.changes();
    return entry.stored.open();
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
        Entry entry = new Entry(stored, state, Math.toIntExact(stored.bytes() + keyBytes));
        bytes.addAndGet(entry.weight);
        entries.put(key, entry);
      }
      done = true;
      return rows;
    } finally {
      if (!done) {
        rows.close();
      }
    }
  }

  private ResultHandle bypass(BypassReason reason, Work work, ParameterList parameters, ActiveQuery query) {
    LongAdder count = bypasses.get(reason);
    if (count != null) {
      count.increment();
    }
    return work.query(query.session(), parameters);
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
