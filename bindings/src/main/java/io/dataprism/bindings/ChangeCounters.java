package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_plan_counts;
import io.dataprism.bindings.generated.dp_versions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/// What has changed in an engine's database: counters that only go up, and that have gone up before the call returns
/// that makes a change visible. Thread-safe.
public final class ChangeCounters {
  private final Supplier<EngineHandle> source;

  /// Where counters stand.
  ///
  /// @param changes how many changes there have been of any kind: while it stands still, so does everything else
  /// @param definitions moves when the meaning of one of the names may have changed
  /// @param rows moves when the rows of one of the objects may have changed
  public record Versions(long changes, long definitions, long rows) {}

  /// How often sessions had the plan of a prepared statement that they were to run.
  public record PlanCounts(long hits, long misses) {}

  /// The counters of an engine.
  ///
  /// @param source gives the engine, which need not be open before it is asked for
  public ChangeCounters(Supplier<EngineHandle> source) {
    this.source = source;
  }

  /// How many changes there have been of any kind.
  public long count() {
    EngineHandle engine = source.get();
    try (NativeCall call = engine.begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(Dataprism.dp_engine_change_count(call.handle(), out, call.error()));
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// The number of the counter that belongs to the objects of a name, whatever their database and schema.
  public int counterOf(String name) {
    EngineHandle engine = source.get();
    try (NativeCall call = engine.begin()) {
      Utf8Text text = Utf8Text.of(name, call.arena());
      MemorySegment out = call.arena().allocate(ValueLayout.JAVA_INT);
      call.check(Dataprism.dp_engine_change_counter(call.handle(), text.data(), text.length(), out, call.error()));
      return out.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /// Where some counters stand.
  ///
  /// @param counters their numbers
  public Versions versions(int[] counters) {
    EngineHandle engine = source.get();
    try (NativeCall call = engine.begin()) {
      MemorySegment numbers = call.arena().allocateFrom(ValueLayout.JAVA_INT, counters);
      MemorySegment out = dp_versions.allocate(call.arena());
      call.check(Dataprism.dp_engine_versions(call.handle(), numbers, counters.length, out, call.error()));
      return new Versions(dp_versions.changes(out), dp_versions.definitions(out), dp_versions.rows(out));
    }
  }

  /// How often sessions had the plans of prepared statements.
  public PlanCounts plans() {
    EngineHandle engine = source.get();
    try (NativeCall call = engine.begin()) {
      MemorySegment out = dp_plan_counts.allocate(call.arena());
      call.check(Dataprism.dp_engine_plan_counts(call.handle(), out, call.error()));
      return new PlanCounts(dp_plan_counts.hits(out), dp_plan_counts.misses(out));
    }
  }
}
