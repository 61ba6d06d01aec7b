package io.dataprism.bindings;

/// Takes the batches of a query that come in any order.
public interface BatchReceiver {
  /// Is told the columns, once, before the first batch.
  void begin(ArrowSchemaNode schema);

  /// Takes a batch, which belongs to the calling thread and is closed when this returns. Several threads call it at
  /// once.
  void receive(BatchMemory batch);
}
