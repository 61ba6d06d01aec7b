/// Functions written in Java, called by SQL.
@NullMarked
package io.dataprism.benchmarks.function;

import org.jspecify.annotations.NullMarked;
