@NullMarked
package io.dataprism.benchmarks.parallel;

import org.jspecify.annotations.NullMarked;
