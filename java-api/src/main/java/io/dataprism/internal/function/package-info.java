/// Functions written in Java: from DuckDB's calls to the API's interfaces.
@NullMarked
package io.dataprism.internal.function;

import org.jspecify.annotations.NullMarked;
