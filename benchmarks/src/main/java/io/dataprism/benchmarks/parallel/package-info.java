/// Rows with work for each of them, on one thread and on several.
@NullMarked
package io.dataprism.benchmarks.parallel;

import org.jspecify.annotations.NullMarked;
