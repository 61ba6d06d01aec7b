/// The cost of one call from Java into native code.
@NullMarked
package io.dataprism.benchmarks.call;

import org.jspecify.annotations.NullMarked;
