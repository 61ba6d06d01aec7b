/// The ways to get the rows of a query into Java, each doing the same work with them.
@NullMarked
package io.dataprism.benchmarks.fetch;

import org.jspecify.annotations.NullMarked;
