@NullMarked
package io.dataprism.benchmarks.fetch;

import org.jspecify.annotations.NullMarked;
