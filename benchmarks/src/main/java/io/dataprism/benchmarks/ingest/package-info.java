/// Rows on their way into a table.
@NullMarked
package io.dataprism.benchmarks.ingest;

import org.jspecify.annotations.NullMarked;
