/// Stopping queries that run.
@NullMarked
package io.dataprism.benchmarks.cancel;

import org.jspecify.annotations.NullMarked;
