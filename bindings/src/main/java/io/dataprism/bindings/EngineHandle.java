package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_engine_options;
import io.dataprism.bindings.generated.dp_engine_usage;
import io.dataprism.bindings.generated.dp_live_handles;
import io.dataprism.bindings.generated.dp_text;
import io.dataprism.bindings.generated.dp_version;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// An engine of the native library. Thread-safe.
public final class EngineHandle extends ParentHandle {

  /// How to open an engine; zero and null stand for defaults.
  ///
  /// @param path the database file, or null for a database in memory
  /// @param memoryLimit in bytes
  /// @param maxSpill how many bytes may be in the temporary directory
  /// @param heap how many bytes the default of the process's memory budget leaves to Java's heap
  /// @param budget the limit of the process's memory budget in bytes, if it has none yet
  public record Options(
      @Nullable String path,
      boolean readOnly,
      int threads,
      long memoryLimit,
      @Nullable String tempDirectory,
      long maxSpill,
      long heap,
      long budget) {}

  /// What an engine uses, in bytes.
  public record Usage(long memory, long memoryLimit, long spilled) {}

  /// How many handles are open, by kind.
  public record Live(
      long engines,
      long sessions,
      long statements,
      long results,
      long batches,
      long storedResults,
      long tables,
      long functions) {
    static Live of(MemorySegment live) {
      return new Live(
          dp_live_handles.engines(live),
          dp_live_handles.sessions(live),
          dp_live_handles.statements(live),
          dp_live_handles.results(live),
          dp_live_handles.batches(live),
          dp_live_handles.stored_results(live),
          dp_live_handles.tables(live),
          dp_live_handles.functions(live));
    }
  }

  private final UpcallFailures failures = new UpcallFailures();

  private EngineHandle(MemorySegment address, NativeError.Mapper mapper) {
    super(address, mapper);
  }

  /// Opens an engine. The library has to be loaded.
  ///
  /// @param mapper makes the exceptions of this handle and of all that is opened from it
  public static EngineHandle open(Options options, NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = dp_engine_options.allocate(arena);
      dp_engine_options.struct_size(struct, dp_engine_options.sizeof());
      putText(dp_engine_options.path(struct), options.path(), arena);
      dp_engine_options.read_only(struct, options.readOnly() ? 1 : 0);
      dp_engine_options.threads(struct, options.threads());
      dp_engine_options.memory_limit(struct, options.memoryLimit());
      putText(dp_engine_options.temp_directory(struct), options.tempDirectory(), arena);
      dp_engine_options.max_spill(struct, options.maxSpill());
      dp_engine_options.heap(struct, options.heap());
      dp_engine_options.budget(struct, options.budget());
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_engine_open(struct, out, error), error, mapper);
      return new EngineHandle(out.get(ValueLayout.ADDRESS, 0), mapper);
    }
  }

  UpcallFailures failures() {
    return failures;
  }

  /// Gives what a function has thrown, or what makes the rows of a table, once; null if it is not there any more.
  ///
  /// @param failure the number by which the query's error knows it
  public @Nullable Throwable takeFailure(long failure) {
    return failures.take(failure);
  }

  /// How many of those are waiting to be asked for.
  public int failureCount() {
    return failures.size();
  }

  /// Opens a session.
  public SessionHandle session() {
    try (NativeCall call = begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(Dataprism.dp_engine_session(call.handle(), out, call.error()));
      return adopt(new SessionHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    }
  }

  /// Takes a session from the pool, which gets it back when it is closed.
  public SessionHandle lease() {
    try (NativeCall call = begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(Dataprism.dp_engine_lease(call.handle(), out, call.error()));
      return adopt(new SessionHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    }
  }

  /// Registers rows as a table, until it is closed.
  ///
  /// @param source taken over whatever the outcome
  public TableHandle register(String name, TableSource source) {
    try (source;
        NativeCall call = begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      MemorySegment text = text(name, call.arena());
      call.check(Dataprism.dp_engine_register(call.handle(), text, source.handOver(), out, call.error()));
      return adopt(new TableHandle(out.get(ValueLayout.ADDRESS, 0), this));
    }
  }

  /// Counts what is open on this engine.
  public Live live() {
    try (NativeCall call = begin()) {
      MemorySegment out = dp_live_handles.allocate(call.arena());
      call.check(Dataprism.dp_engine_live_handles(call.handle(), out, call.error()));
      return Live.of(out);
    }
  }

  /// What the engine uses.
  public Usage usage() {
    try (NativeCall call = begin()) {
      MemorySegment out = dp_engine_usage.allocate(call.arena());
      call.check(Dataprism.dp_engine_usage_read(call.handle(), out, call.error()));
      return new Usage(dp_engine_usage.memory(out), dp_engine_usage.memory_limit(out), dp_engine_usage.spilled(out));
    }
  }

  /// How many sessions run a statement, or have a result that has not been read to its end.
  public int running() {
    try (NativeCall call = begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(Dataprism.dp_engine_running(call.handle(), out, call.error()));
      return Math.toIntExact(out.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  /// Counts what is open in this process, over all engines. The library has to be loaded.
  public static Live liveInProcess(NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = dp_live_handles.allocate(arena);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_live_handles_read(out, error), error, mapper);
      return Live.of(out);
    }
  }

  /// Makes the sessions record what their statements have done, for [SessionHandle#takeEffects], or not any more.
  public void recordEffects(boolean wanted) {
    try (NativeCall call = begin()) {
      call.check(Dataprism.dp_engine_record_effects(call.handle(), wanted ? 1 : 0, call.error()));
    }
  }

  /// The version of DuckDB inside, such as `v2.0.0`. The library has to be loaded.
  public static String duckdbVersion(NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = dp_version.allocate(arena);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_version_read(out, error), error, mapper);
      return NativeError.text(dp_version.duckdb(out));
    }
  }

  /// The version of the native library. It has to be loaded.
  public static String libraryVersion(NativeError.Mapper mapper) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = dp_version.allocate(arena);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(Dataprism.dp_version_read(out, error), error, mapper);
      return NativeError.text(dp_version.dataprism(out));
    }
  }

  @Override
  String name() {
    return "engine";
  }

  @Override
  void interruptNative(MemorySegment handle) {
    Dataprism.dp_engine_interrupt(handle);
  }

  @Override
  void free(MemorySegment handle) {
    Dataprism.dp_engine_close(handle);
  }

  private static MemorySegment text(String value, Arena arena) {
    MemorySegment text = dp_text.allocate(arena);
    putText(text, value, arena);
    return text;
  }

  private static void putText(MemorySegment text, @Nullable String value, Arena arena) {
    if (value != null) {
      Utf8Text utf8 = Utf8Text.of(value, arena);
      dp_text.data(text, utf8.data());
      dp_text.length(text, utf8.length());
    }
  }
}
