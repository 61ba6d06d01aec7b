/// JSON, which DuckDB writes and takes apart.
@NullMarked
package io.dataprism.internal.json;

import org.jspecify.annotations.NullMarked;
