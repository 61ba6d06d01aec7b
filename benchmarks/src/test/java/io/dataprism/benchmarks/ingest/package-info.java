@NullMarked
package io.dataprism.benchmarks.ingest;

import org.jspecify.annotations.NullMarked;
