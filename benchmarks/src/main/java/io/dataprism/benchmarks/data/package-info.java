/// The data that is measured on.
@NullMarked
package io.dataprism.benchmarks.data;

import org.jspecify.annotations.NullMarked;
