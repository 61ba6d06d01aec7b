/// SQL over native Arrow columns, in process: open an [Engine], run a query, and read its [RecordBatch]es in place.
@NullMarked
package io.dataprism;

import org.jspecify.annotations.NullMarked;
