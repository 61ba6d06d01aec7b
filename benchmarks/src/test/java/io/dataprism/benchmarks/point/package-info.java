@NullMarked
package io.dataprism.benchmarks.point;

import org.jspecify.annotations.NullMarked;
