package io.dataprism;

import io.dataprism.bindings.ArrowSchemaNode;
import io.dataprism.bindings.BatchMemory;
import io.dataprism.bindings.BatchReceiver;
import io.dataprism.bindings.Delivered;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.SchemaReader;
import io.dataprism.internal.execution.ActiveQuery;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands the batches of one run of a query to a consumer, on the threads that computed them.
final class UnorderedDelivery implements BatchReceiver {
  private final ActiveQuery query;
  private final Consumer<? super RecordBatch> consumer;

  // Written before the first batch comes.
  private @Nullable ResultLayout layout;

  UnorderedDelivery(ActiveQuery query, Consumer<? super RecordBatch> consumer) {
    this.query = query;
    this.consumer = consumer;
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
      consumer.accept(batch);
      query.addRows(batch.rowCount());
    }
  }

  /// How many rows were taken.
  ///
  /// @throws RuntimeException what the consumer threw, whatever it is
  static long rows(Delivered delivered) {
    Throwable failure = delivered.failure();
    if (failure != null) {
      throw UnorderedDelivery.<RuntimeException>rethrown(failure);
    }
    return delivered.rows();
  }

  // A consumer written in another language may throw what Java would not let it.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X rethrown(Throwable e) throws X {
    throw (X) e;
  }
}
