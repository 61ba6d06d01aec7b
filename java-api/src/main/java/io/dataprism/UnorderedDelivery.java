package io.dataprism;

import io.dataprism.bindings.ArrowSchemaNode;
import io.dataprism.bindings.BatchMemory;
import io.dataprism.bindings.BatchReceiver;
import io.dataprism.bindings.CallRunner;
import io.dataprism.bindings.Delivered;
import io.dataprism.bindings.ParameterList;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.internal.execution.ActiveQuery;
import io.dataprism.internal.execution.Work;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands the batches of one run of a query to a consumer, on the threads that computed them.
final class UnorderedDelivery implements BatchReceiver {
  private final ActiveQuery query;
  private final Consumer<? super RecordBatch> consumer;

  // Written before the first batch comes.
  private @Nullable ResultLayout layout;

  private UnorderedDelivery(ActiveQuery query, Consumer<? super RecordBatch> consumer) {
    this.query = query;
    this.consumer = consumer;
  }

  /// Runs a query to its end, gives its session back, and tells how many rows the consumer has taken.
  ///
  /// @param runner where the native call is made
  /// @throws RuntimeException what the consumer threw, whatever it is
  static long run(
      ActiveQuery query,
      CallRunner runner,
      Work work,
      ParameterList parameters,
      Consumer<? super RecordBatch> consumer) {
    UnorderedDelivery receiver = new UnorderedDelivery(query, consumer);
    Delivered delivered;
    try {
      delivered = runner.run(() -> work.queryUnordered(query.session(), parameters, receiver));
    } finally {
      query.end();
    }
    Throwable failure = delivered.failure();
    if (failure != null) {
      throw UnorderedDelivery.<RuntimeException>rethrown(failure);
    }
    return delivered.rows();
  }

  @Override
  public void begin(ArrowSchemaNode schema) {
    layout = SchemaReader.read(schema);
  }

  @Override
  public void receive(BatchMemory memory) {
    ResultLayout columns = layout;
    if (columns == null) {
      throw new AssertionError("a batch came before its schema");
    }
    try (RecordBatch batch = new RecordBatch(columns, memory)) {
      // The consumer may close the batch.
      long bytes = batch.byteSize();
      consumer.accept(batch);
      query.addBatch(batch.rowCount(), bytes);
    }
  }

  // A consumer written in another language may throw what Java would not let it.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X rethrown(Throwable e) throws X {
    throw (X) e;
  }
}
