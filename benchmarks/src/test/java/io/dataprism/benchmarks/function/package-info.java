@NullMarked
package io.dataprism.benchmarks.function;

import org.jspecify.annotations.NullMarked;
