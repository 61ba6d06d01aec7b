package io.dataprism.internal.observe;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.StatementEffect;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.event.DataChanged;
import io.dataprism.event.DefinitionChanged;
import io.dataprism.event.EngineClosed;
import io.dataprism.event.EngineFailed;
import io.dataprism.event.EngineOpened;
import io.dataprism.event.EventBus;
import io.dataprism.event.QueryEnded;
import io.dataprism.event.QueryStarted;
import io.dataprism.internal.engine.NativeEngine;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.QueryObserver;
import io.dataprism.metrics.QueryMetrics;
import io.dataprism.metrics.QueryStatistics;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Counts the queries of one engine, and passes on what happens to who wants to know. Thread-safe.
public final class EngineObserver implements QueryObserver, NativeEngine.StateListener {
  private static final int MAX_SQL = 1_000;

  private final int historySize;
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder changedRows = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  // Guarded by itself.
  private final Map<ErrorCode, Long> errors = new EnumMap<>(ErrorCode.class);

  private final AtomicBoolean unusable = new AtomicBoolean();
  private final SpillWatch spills = new SpillWatch();
  private volatile @Nullable EventLog log;

  /// The engine, once it is open. Whoever sets this reads [#log] afterwards and the other way round, so that one of the
  /// two finds both.
  private volatile @Nullable EngineHandle handle;

  /// @param historySize how many events are kept
  /// @param fromTheStart whether events are kept before somebody wants to see them
  public EngineObserver(int historySize, boolean fromTheStart) {
    this.historySize = historySize;
    this.log = fromTheStart ? new EventLog(historySize) : null;
  }

  /// The events of an engine, which are recorded from the first call on.
  public EventBus events() {
    EventLog known = log;
    return known != null ? known : beginEvents();
  }

  private synchronized EventLog beginEvents() {
    EventLog known = log;
    if (known == null) {
      known = new EventLog(historySize);
      log = known;
      EngineHandle open = handle;
      // One that is opened later finds the log.
      if (open != null) {
        open.recordEffects(true);
      }
    }
    return known;
  }

  @Override
  public void opened(EngineHandle opened) {
    handle = opened;
    if (log != null) {
      opened.recordEffects(true);
      publish((sequence, time) -> new EngineOpened(sequence, time));
    }
  }

  @Override
  public void failed(DataPrismException e) {
    // Every statement after the first meets a fatal error again.
    if (log != null && (e.code() != ErrorCode.FATAL || unusable.compareAndSet(false, true))) {
      String message = e.getMessage();
      publish(
          (sequence, time) -> new EngineFailed(sequence, time, e.code(), message == null ? e.code().name() : message));
    }
  }

  /// Tells that the engine is closed.
  public void closed() {
    EventLog known = log;
    if (known != null) {
      known.close(EngineClosed::new);
    }
  }

  /// What the queries have taken that have ended.
  public QueryStatistics statistics() {
    Map<ErrorCode, Long> codes;
    synchronized (errors) {
      codes = Map.copyOf(errors);
    }
    long cancelled = 0;
    long failed = 0;
    for (Map.Entry<ErrorCode, Long> error : codes.entrySet()) {
      if (isCancellation(error.getKey())) {
        cancelled += error.getValue();
      } else {
        failed += error.getValue();
      }
    }
    return new QueryStatistics(
        succeeded.sum(),
        failed,
        cancelled,
        rows.sum(),
        batches.sum(),
        bytes.sum(),
        changedRows.sum(),
        Duration.ofNanos(nanos.sum()),
        codes);
  }

  @Override
  public void started(ActiveQuery query) {
    if (log != null) {
      publish((sequence, time) -> new QueryStarted(sequence, time, query.id(), sqlOf(query)));
    }
    boolean recorded = FlightRecording.isActive();
    // Asked here, because the thread that looks after all queries must not load classes of events.
    spills.setWanted(recorded && FlightRecording.wantsSpills());
    if (recorded) {
      FlightRecording.started(query);
    }
  }

  @Override
  public void ended(ActiveQuery query) {
    QueryMetrics metrics = query.metrics();
    ErrorCode code = query.failure();
    if (code == null) {
      succeeded.increment();
    } else {
      synchronized (errors) {
        errors.merge(code, 1L, Long::sum);
      }
    }
    rows.add(metrics.rows());
    batches.add(metrics.batches());
    bytes.add(metrics.bytes());
    changedRows.add(metrics.changedRows());
    nanos.add(metrics.total().toNanos());
    QueryEnded.Outcome outcome = outcome(code);
    if (log != null) {
      publish((sequence, time) ->
          new QueryEnded(sequence, time, query.id(), sqlOf(query), outcome, Optional.ofNullable(code), metrics));
    }
    SpillWatch.Peak peak = spills.ended(query);
    if (FlightRecording.isActive()) {
      FlightRecording.ended(query, outcome, code, metrics);
      if (peak != null && peak.spilled() > 0) {
        FlightRecording.spilled(query, peak);
      }
    }
  }

  @Override
  public boolean wantsEffects() {
    return log != null;
  }

  @Override
  public void inCall(ActiveQuery query, long elapsedNanos) {
    EngineHandle open = handle;
    if (open != null) {
      spills.inCall(query, elapsedNanos, open);
    }
  }

  @Override
  public void effects(List<StatementEffect> effects) {
    for (StatementEffect effect : effects) {
      Optional<String> name = Optional.ofNullable(effect.name());
      DataChanged.Change rowChange =
          switch (effect.modification()) {
            case INSERT -> DataChanged.Change.INSERT;
            case UPDATE -> DataChanged.Change.UPDATE;
            case DELETE -> DataChanged.Change.DELETE;
            case MERGE -> DataChanged.Change.MERGE;
            case COPY -> DataChanged.Change.COPY;
            case CREATE, ALTER, DROP -> null;
          };
      if (rowChange == null) {
        publish(
            (sequence, time) -> new DefinitionChanged(sequence, time, definitionChange(effect), kind(effect), name));
      } else {
        OptionalLong changed = effect.rows() < 0 ? OptionalLong.empty() : OptionalLong.of(effect.rows());
        publish((sequence, time) -> new DataChanged(sequence, time, rowChange, name, changed));
      }
    }
  }

  private static DefinitionChanged.Change definitionChange(StatementEffect effect) {
    return switch (effect.modification()) {
      case CREATE -> DefinitionChanged.Change.CREATED;
      case ALTER -> DefinitionChanged.Change.ALTERED;
      case DROP -> DefinitionChanged.Change.DROPPED;
      case INSERT, UPDATE, DELETE, MERGE, COPY -> throw new AssertionError(effect);
    };
  }

  private static DefinitionChanged.Kind kind(StatementEffect effect) {
    return switch (effect.object()) {
      case TABLE -> DefinitionChanged.Kind.TABLE;
      case VIEW -> DefinitionChanged.Kind.VIEW;
      case INDEX -> DefinitionChanged.Kind.INDEX;
      case SCHEMA -> DefinitionChanged.Kind.SCHEMA;
      case SEQUENCE -> DefinitionChanged.Kind.SEQUENCE;
      case MACRO -> DefinitionChanged.Kind.MACRO;
      case TYPE -> DefinitionChanged.Kind.TYPE;
      case OTHER -> DefinitionChanged.Kind.OTHER;
    };
  }

  private void publish(EventLog.Maker maker) {
    EventLog known = log;
    if (known != null) {
      known.publish(maker);
    }
  }

  private static QueryEnded.Outcome outcome(@Nullable ErrorCode code) {
    if (code == null) {
      return QueryEnded.Outcome.SUCCEEDED;
    }
    return isCancellation(code) ? QueryEnded.Outcome.CANCELLED : QueryEnded.Outcome.FAILED;
  }

  private static boolean isCancellation(ErrorCode code) {
    return code == ErrorCode.INTERRUPTED || code == ErrorCode.TIME_LIMIT;
  }

  static String sqlOf(ActiveQuery query) {
    String sql = query.sql();
    return sql.length() <= MAX_SQL ? sql : sql.substring(0, MAX_SQL) + "…";
  }
}
