/// From Arrow's schemas and arrays to the API's schemas and columns.
@NullMarked
package io.dataprism.internal.arrow;

import org.jspecify.annotations.NullMarked;
