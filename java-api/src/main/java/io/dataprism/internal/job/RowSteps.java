package io.dataprism.internal.job;

import io.dataprism.Progress;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.QueryOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The rows of a query go batch by batch from the session that it runs in to a sink in another one. The first step
/// begins both, each further one takes a batch, and the last one finishes the sink.
final class RowSteps implements JobSteps {
  private final JobSpec spec;
  private final RowSink sink;
  private final ActiveQuery reader;
  private final ActiveQuery writer;
  private @Nullable TransferHandle transfer;
  private long rows;

  RowSteps(JobSpec spec, RowSink sink) {
    this.spec = spec;
    this.sink = sink;
    this.reader = ActiveQuery.beginInBackground(spec.reading(), spec.sql(), spec.options());
    ExecutionContext writing = spec.writing().observedBy(new WriterObserver(spec.writing().observer(), reader));
    QueryOptions limited = QueryOptions.NONE.withTimeLimit(spec.options().timeLimit());
    this.writer = ActiveQuery.beginInBackground(writing, spec.sql(), limited);
  }

  @Override
  public boolean step() {
    TransferHandle begun = transfer;
    if (begun == null) {
      TransferHandle opened = JobSteps.call(reader, () -> reader.session().transfer(spec.sql(), spec.parameters()));
      transfer = opened;
      write(session -> sink.open(opened, session));
      return true;
    }
    long fetched = JobSteps.call(reader, begun::fetch);
    if (fetched == 0) {
      sink.finish(writer.session(), this::write);
      // What the sink does last may be no call of the writer's, which could be stopped.
      if (spec.writing().observer().wantsEffects()) {
        ActiveQuery.tellEffects(writer.session(), spec.writing().observer());
      }
      return false;
    }
    write(session -> begun.insert(session, sink.table()));
    rows += fetched;
    reader.addRows(fetched);
    return true;
  }

  private void write(Consumer<SessionHandle> calls) {
    writer.runOnThisWorker(() -> {
      calls.accept(writer.session());
      return true;
    });
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public Progress progress() {
    return reader.progress();
  }

  @Override
  public void setPaused(boolean paused) {
    JobSteps.pauseClock(reader, paused);
    JobSteps.pauseClock(writer, paused);
  }

  @Override
  public void cancel() {
    reader.cancel();
    writer.cancel();
  }

  @Override
  public void close(@Nullable ErrorCode outcome) {
    // Closed from the last to the first, whatever any of them throws. The query is told to have ended when nothing is
    // left
    // of what has to be undone.
    try (Part _ = () -> reader.endAs(outcome);
        Part _ = sink::close;
        Part _ = writer::end;
        TransferHandle _ = transfer) {}
  }

  /// Something to be given back.
  private interface Part extends AutoCloseable {
    @Override
    void close();
  }
}
