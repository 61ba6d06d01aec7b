@NullMarked
package io.dataprism.benchmarks.tpch;

import org.jspecify.annotations.NullMarked;
