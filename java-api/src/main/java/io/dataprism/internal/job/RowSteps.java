package io.dataprism.internal.job;

import io.dataprism.Progress;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import io.dataprism.internal.execution.ActiveQuery;
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
    this.reader = ActiveQuery.beginInBackground(spec.context(), spec.sql(), spec.options());
    QueryOptions writing = QueryOptions.NONE.withTimeLimit(spec.options().timeLimit());
    this.writer = ActiveQuery.beginInBackground(spec.context(), "/* writes the rows of */ " + spec.sql(), writing);
  }

  @Override
  public boolean step() {
    TransferHandle begun = transfer;
    if (begun == null) {
      TransferHandle opened = reader.runOnThisWorker(() -> reader.session().transfer(spec.sql(), spec.parameters()));
      transfer = opened;
      write(session -> sink.open(opened, session));
      return true;
    }
    long fetched = reader.runOnThisWorker(begun::fetch);
    if (fetched == 0) {
      sink.finish(writer.session(), this::write);
      // What the sink does last may be no call of the writer's, which could be stopped.
      if (spec.context().observer().wantsEffects()) {
        ActiveQuery.tellEffects(writer.session(), spec.context().observer());
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
  public void cancel() {
    reader.cancel();
    writer.cancel();
  }

  @Override
  public void close() {
    TransferHandle begun = transfer;
    if (begun != null) {
      begun.close();
    }
    reader.end();
    writer.end();
    sink.close();
  }
}
