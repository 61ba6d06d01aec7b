package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_effect;
import io.dataprism.bindings.generated.dp_profile;
import io.dataprism.bindings.generated.dp_progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// A session of the native library. Thread-safe; runs one statement at a time and refuses a second one.
public final class SessionHandle extends ParentHandle {
  private final EngineHandle engine;

  /// Whether a receiver of batches may be running. Never taken back: it spares sessions without one the look.
  private volatile boolean delivers;

  /// How far a statement is, by DuckDB's estimate.
  ///
  /// @param fraction from 0 to 1; below zero where nothing runs, or nothing is known yet
  /// @param rowsProcessed in DuckDB's own units, which are rows for some operators only
  /// @param rowsTotal in the same units, as far as DuckDB knows
  public record Progress(double fraction, long rowsProcessed, long rowsTotal) {}

  SessionHandle(MemorySegment address, NativeError.Mapper mapper, EngineHandle engine) {
    super(address, mapper);
    this.engine = engine;
  }

  /// Stops the statement that runs, if there is one. May be called from any thread.
  public void interrupt() {
    try (NativeCall call = begin()) {
      call.check(Dataprism.dp_session_interrupt(call.handle(), call.error()));
    }
  }

  /// The number that the native library has given to the calling thread, for [#interruptThread].
  public static long threadNumber() {
    return Dataprism.dp_thread_number();
  }

  /// Stops the call that a thread makes in this session, if it still makes one. May be called from any thread.
  ///
  /// @param thread what [#threadNumber()] is on that thread
  public void interruptThread(long thread) {
    try (NativeCall call = begin()) {
      call.check(Dataprism.dp_session_interrupt_thread(call.handle(), thread, call.error()));
    }
  }

  /// Runs SQL and gives the last statement's rows.
  public ResultHandle query(String sql, ParameterList parameters) {
    try (NativeCall call = begin()) {
      SqlCall text = SqlCall.of(sql, parameters, call.arena(), mapper);
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(
          Dataprism.dp_session_query(
              call.handle(), text.sql(), text.sqlLength(), text.values(), text.valueCount(), out, call.error()));
      return adopt(new ResultHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    }
  }

  /// Runs SQL and tells how many rows it changed.
  public long execute(String sql, ParameterList parameters) {
    try (NativeCall call = begin()) {
      SqlCall text = SqlCall.of(sql, parameters, call.arena(), mapper);
      MemorySegment changed = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(
          Dataprism.dp_session_execute(
              call.handle(), text.sql(), text.sqlLength(), text.values(), text.valueCount(), changed, call.error()));
      return changed.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Runs SQL and writes the last statement's rows, a SELECT's, to a file; tells how many they are.
  ///
  /// @param destination what a COPY has behind its TO
  public long copy(String sql, ParameterList parameters, String destination) {
    try (NativeCall call = begin()) {
      SqlCall text = SqlCall.of(sql, parameters, call.arena(), mapper);
      Utf8Text to = Utf8Text.of(destination, call.arena());
      MemorySegment rows = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(
          Dataprism.dp_session_copy(
              call.handle(),
              text.sql(),
              text.sqlLength(),
              text.values(),
              text.valueCount(),
              to.data(),
              to.length(),
              rows,
              call.error()));
      return rows.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Runs a prepared statement and writes its rows to a file, as [#copy(String, ParameterList, String)] does.
  public long copy(StatementHandle statement, ParameterList parameters, String destination) {
    try (NativeCall call = begin();
        StatementHandle.Run run = statement.runIn(this)) {
      MemorySegment values = ParameterEncoder.encode(parameters, call.arena(), mapper);
      Utf8Text to = Utf8Text.of(destination, call.arena());
      MemorySegment rows = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(
          Dataprism.dp_statement_copy(
              run.statement(), call.handle(), values, parameters.size(), to.data(), to.length(), rows, call.error()));
      return rows.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Starts a query whose rows are to go to a table; the session is busy until their end.
  public TransferHandle transfer(String sql, ParameterList parameters) {
    try (NativeCall call = begin()) {
      SqlCall text = SqlCall.of(sql, parameters, call.arena(), mapper);
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(
          Dataprism.dp_transfer_open(
              call.handle(), text.sql(), text.sqlLength(), text.values(), text.valueCount(), out, call.error()));
      return adopt(new TransferHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    }
  }

  /// How far the statement is that runs; may be called from any thread.
  public Progress progress() {
    try (NativeCall call = begin()) {
      MemorySegment out = dp_progress.allocate(call.arena());
      call.check(Dataprism.dp_session_progress(call.handle(), out, call.error()));
      return new Progress(dp_progress.fraction(out), dp_progress.rows_processed(out), dp_progress.rows_total(out));
    }
  }

  /// Has DuckDB measure the statements that run from now on, or not any more.
  public void setProfiled(boolean profiled) {
    try (NativeCall call = begin()) {
      call.check(Dataprism.dp_session_set_profiled(call.handle(), profiled ? 1 : 0, call.error()));
    }
  }

  /// What DuckDB measured of the last statement, which has to have ended.
  public StatementProfile profile() {
    try (NativeCall call = begin()) {
      MemorySegment out = dp_profile.allocate(call.arena());
      call.check(Dataprism.dp_session_profile(call.handle(), out, call.error()));
      return new StatementProfile(
          dp_profile.total(out),
          dp_profile.operators(out),
          dp_profile.binding(out),
          dp_profile.optimizing(out),
          dp_profile.physical_planning(out),
          dp_profile.rows_scanned(out),
          dp_profile.peak_memory(out),
          dp_profile.peak_spilled(out),
          dp_profile.bytes_read(out),
          dp_profile.bytes_written(out));
    }
  }

  /// What the statements of this session have done that others can see, each once; only while the engine [records
  /// it][EngineHandle#recordEffects].
  public List<StatementEffect> takeEffects() {
    try (NativeCall call = begin()) {
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(Dataprism.dp_session_effects(call.handle(), out, call.error()));
      MemorySegment effects = out.get(ValueLayout.ADDRESS, 0);
      return effects.address() == 0 ? List.of() : readEffects(effects, call);
    }
  }

  private List<StatementEffect> readEffects(MemorySegment effects, NativeCall call) {
    try {
      List<StatementEffect> read = new ArrayList<>();
      MemorySegment effect = dp_effect.allocate(call.arena());
      long count = Dataprism.dp_effects_count(effects);
      for (long i = 0; i < count; i++) {
        call.check(Dataprism.dp_effects_get(effects, i, effect, call.error()));
        String name = NativeError.text(dp_effect.name(effect));
        read.add(
            new StatementEffect(
                StatementEffect.Modification.of(dp_effect.modification(effect)),
                StatementEffect.ObjectKind.of(dp_effect.object(effect)),
                dp_effect.rows(effect),
                name.isEmpty() ? null : name));
      }
      return read;
    } finally {
      Dataprism.dp_effects_close(effects);
    }
  }

  /// Prepares a statement, which any session of the engine may run. The engine closes it, if nobody does.
  public StatementHandle prepare(String sql) {
    try (NativeCall call = begin()) {
      Utf8Text text = Utf8Text.of(sql, call.arena());
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(Dataprism.dp_session_prepare(call.handle(), text.data(), text.length(), out, call.error()));
      return engine.adopt(new StatementHandle(out.get(ValueLayout.ADDRESS, 0), mapper, engine, sql));
    }
  }

  /// Runs a prepared statement and gives its rows.
  public ResultHandle query(StatementHandle statement, ParameterList parameters) {
    try (NativeCall call = begin();
        StatementHandle.Run run = statement.runIn(this)) {
      MemorySegment values = ParameterEncoder.encode(parameters, call.arena(), mapper);
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(
          Dataprism.dp_statement_query(run.statement(), call.handle(), values, parameters.size(), out, call.error()));
      return adopt(new ResultHandle(out.get(ValueLayout.ADDRESS, 0), mapper, this));
    }
  }

  /// Runs a prepared statement and tells how many rows it changed.
  public long execute(StatementHandle statement, ParameterList parameters) {
    try (NativeCall call = begin();
        StatementHandle.Run run = statement.runIn(this)) {
      MemorySegment values = ParameterEncoder.encode(parameters, call.arena(), mapper);
      MemorySegment changed = call.arena().allocate(ValueLayout.JAVA_LONG);
      call.check(
          Dataprism.dp_statement_execute(
              run.statement(), call.handle(), values, parameters.size(), changed, call.error()));
      return changed.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Runs a prepared statement for each row of parameters, all or none, and tells how many rows it changed in all.
  ///
  /// @param rows each with as many values as the statement has parameters
  /// @param width how many those are, at least one
  public long executeBatch(StatementHandle statement, List<ParameterList> rows, int width) {
    try (NativeCall call = begin();
        StatementHandle.Run run = statement.runIn(this);
        RowFeed feed = new RowFeed(rows, width, mapper)) {
      MemorySegment changed = call.arena().allocate(ValueLayout.JAVA_LONG);
      int code =
          Dataprism.dp_statement_execute_batch(
              run.statement(),
              call.handle(),
              width,
              rows.size(),
              RowFeed.function(),
              feed.userData(),
              changed,
              call.error());
      try {
        call.check(code);
      } catch (RuntimeException e) {
        // A feed that failed stopped the batch, which then has no more to say than that.
        feed.check();
        throw e;
      }
      return changed.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Runs SQL and hands the batches of the last statement, a SELECT, to a receiver: in any order, on several threads at
  /// once. When this returns, the receiver is not being called any more.
  public Delivered queryUnordered(String sql, ParameterList parameters, BatchReceiver receiver) {
    delivers = true;
    try (NativeCall call = begin();
        BatchSink sink = new BatchSink(this, receiver)) {
      SqlCall text = SqlCall.of(sql, parameters, call.arena(), mapper);
      MemorySegment rows = call.arena().allocate(ValueLayout.JAVA_LONG);
      int code =
          Dataprism.dp_session_query_unordered(
              call.handle(),
              text.sql(),
              text.sqlLength(),
              text.values(),
              text.valueCount(),
              BatchSink.function(),
              sink.userData(),
              rows,
              call.error());
      return sink.outcome(code, call.error(), rows, mapper);
    }
  }

  /// Runs a prepared statement, and hands its batches to a receiver as [#queryUnordered(String, ParameterList,
  /// BatchReceiver)] does.
  public Delivered queryUnordered(StatementHandle statement, ParameterList parameters, BatchReceiver receiver) {
    delivers = true;
    try (NativeCall call = begin();
        StatementHandle.Run run = statement.runIn(this);
        BatchSink sink = new BatchSink(this, receiver)) {
      MemorySegment values = ParameterEncoder.encode(parameters, call.arena(), mapper);
      MemorySegment rows = call.arena().allocate(ValueLayout.JAVA_LONG);
      int code =
          Dataprism.dp_statement_query_unordered(
              run.statement(),
              call.handle(),
              values,
              parameters.size(),
              BatchSink.function(),
              sink.userData(),
              rows,
              call.error());
      return sink.outcome(code, call.error(), rows, mapper);
    }
  }

  @Override
  public void requireClosable() {
    if (delivers && BatchSink.isCalledFor(this)) {
      throw mapper.map(
          NativeError.of(
              NativeError.BUSY,
              "what takes the batches of a query cannot close the query's session, statement or engine, which wait for"
                  + " it",
              "throw an exception to stop the query, and close them when the query has ended"));
    }
    super.requireClosable();
  }

  @Override
  String name() {
    return "session";
  }

  @Override
  void interruptNative(MemorySegment handle) {
    Dataprism.dp_session_interrupt(handle, MemorySegment.NULL);
  }

  @Override
  void free(MemorySegment handle) {
    engine.forget(this);
    Dataprism.dp_session_close(handle);
  }
}
