/// The numbers of an engine as meters: [io.dataprism.micrometer.EngineMetrics].
@NullMarked
package io.dataprism.micrometer;

import org.jspecify.annotations.NullMarked;
