/// SQL over native Arrow columns, in process.
module io.dataprism {
  requires static transitive org.jspecify;
  requires io.dataprism.bindings;

  exports io.dataprism;
  exports io.dataprism.catalog;
  exports io.dataprism.column;
  exports io.dataprism.error;
  exports io.dataprism.memory;
  exports io.dataprism.plan;
  exports io.dataprism.schema;
  exports io.dataprism.status;
}
