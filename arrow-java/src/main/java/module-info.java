/// Results as vectors of arrow-java, and its vectors as tables.
module io.dataprism.arrow {
  requires transitive io.dataprism;
  requires org.apache.arrow.c;
  requires transitive org.apache.arrow.memory.core;
  requires transitive org.apache.arrow.vector;
  requires static org.jspecify;

  exports io.dataprism.arrow;
}
