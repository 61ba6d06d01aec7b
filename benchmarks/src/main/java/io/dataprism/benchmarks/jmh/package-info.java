/// Benchmarks for development: the same work as in the comparison, in one process a side, under JMH and its profilers.
@NullMarked
package io.dataprism.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
