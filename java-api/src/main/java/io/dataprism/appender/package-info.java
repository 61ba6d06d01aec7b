/// Adding many rows to a table: records, rows or whole columns.
@NullMarked
package io.dataprism.appender;

import org.jspecify.annotations.NullMarked;
