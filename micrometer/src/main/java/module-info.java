/// The numbers of an engine as meters of Micrometer.
// Micrometer's jars have names for modules, but no descriptors.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.dataprism.micrometer {
  requires transitive io.dataprism;
  requires transitive micrometer.core;
  requires static org.jspecify;

  exports io.dataprism.micrometer;
}
