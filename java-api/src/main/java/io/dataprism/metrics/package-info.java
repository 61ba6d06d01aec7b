/// What queries have taken: of one query as a record, and of all queries of an engine as counters.
@NullMarked
package io.dataprism.metrics;

import org.jspecify.annotations.NullMarked;
