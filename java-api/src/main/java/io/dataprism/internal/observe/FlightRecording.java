package io.dataprism.internal.observe;

import io.dataprism.error.ErrorCode;
import io.dataprism.event.QueryEnded.Outcome;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.metrics.QueryMetrics;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// What goes to JDK Flight Recorder.
///
/// Loading a class of events takes the JVM up to half a second, and a runtime image may lack the module `jdk.jfr`. So
/// nothing but [#isActive()] may be called before that has said yes.
final class FlightRecording {
  private static final boolean AVAILABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecording() {}

  /// Whether anything in this process has made use of the recorder.
  static boolean isActive() {
    return AVAILABLE && FlightRecorder.isInitialized();
  }

  static boolean wantsSpills() {
    return new SpillEvent().isEnabled();
  }

  static void started(ActiveQuery query) {
    QueryStartEvent event = new QueryStartEvent();
    if (event.shouldCommit()) {
      event.queryId = query.id();
      event.sql = EngineObserver.sqlOf(query);
      event.commit();
    }
  }

  static void ended(ActiveQuery query, Outcome outcome, @Nullable ErrorCode code, QueryMetrics metrics) {
    QueryEndEvent end = new QueryEndEvent();
    if (end.shouldCommit()) {
      end.queryId = query.id();
      end.sql = EngineObserver.sqlOf(query);
      end.outcome = outcome.name();
      end.error = code == null ? null : code.name();
      end.queued = metrics.queued().toNanos();
      end.starting = metrics.starting().toNanos();
      end.fetching = metrics.fetching().toNanos();
      end.total = metrics.total().toNanos();
      end.rows = metrics.rows();
      end.batches = metrics.batches();
      end.bytes = metrics.bytes();
      end.changedRows = metrics.changedRows();
      end.fromCache = metrics.fromCache();
      end.commit();
    }
    if (outcome == Outcome.CANCELLED) {
      QueryCancelEvent cancel = new QueryCancelEvent();
      if (cancel.shouldCommit()) {
        cancel.queryId = query.id();
        cancel.sql = EngineObserver.sqlOf(query);
        cancel.reason = code == null ? null : code.name();
        cancel.commit();
      }
    }
  }

  static void spilled(ActiveQuery query, SpillWatch.Peak peak) {
    SpillEvent spill = new SpillEvent();
    if (spill.shouldCommit()) {
      spill.queryId = query.id();
      spill.sql = EngineObserver.sqlOf(query);
      spill.peakSpilled = peak.spilled();
      spill.peakMemory = peak.memory();
      spill.commit();
    }
  }
}
