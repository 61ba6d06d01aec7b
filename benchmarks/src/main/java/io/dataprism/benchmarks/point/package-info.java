/// Queries for one row, again and again.
@NullMarked
package io.dataprism.benchmarks.point;

import org.jspecify.annotations.NullMarked;
