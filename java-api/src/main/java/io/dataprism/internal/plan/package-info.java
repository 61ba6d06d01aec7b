/// Gets plans from DuckDB, takes them apart and draws them.
@NullMarked
package io.dataprism.internal.plan;

import org.jspecify.annotations.NullMarked;
