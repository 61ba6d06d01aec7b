@NullMarked
package io.dataprism.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
