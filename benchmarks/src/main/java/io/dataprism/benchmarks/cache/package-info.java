/// A query that is asked again and again, with its rows kept and without.
@NullMarked
package io.dataprism.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
