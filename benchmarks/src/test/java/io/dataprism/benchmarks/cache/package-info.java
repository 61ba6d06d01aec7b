@NullMarked
package io.dataprism.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
