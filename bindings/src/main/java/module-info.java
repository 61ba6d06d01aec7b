/// Calls into DataPrism's native library. For the module `io.dataprism` alone.
module io.dataprism.bindings {
  requires static transitive org.jspecify;
  requires io.dataprism.natives;

  exports io.dataprism.bindings to
      io.dataprism;
}
