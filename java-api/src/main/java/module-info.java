/// SQL over native Arrow columns, in process.
module io.dataprism {
  requires static transitive org.jspecify;
  requires com.github.benmanes.caffeine;
  requires io.dataprism.bindings;
  requires static jdk.jfr;

  exports io.dataprism;
  exports io.dataprism.appender;
  exports io.dataprism.cache;
  exports io.dataprism.catalog;
  exports io.dataprism.column;
  exports io.dataprism.error;
  exports io.dataprism.event;
  exports io.dataprism.export;
  exports io.dataprism.function;
  exports io.dataprism.job;
  exports io.dataprism.memory;
  exports io.dataprism.metrics;
  exports io.dataprism.plan;
  exports io.dataprism.registration;
  exports io.dataprism.schema;
  exports io.dataprism.status;
  exports io.dataprism.terminal;
}
