@NullMarked
package io.dataprism.benchmarks.register;

import org.jspecify.annotations.NullMarked;
