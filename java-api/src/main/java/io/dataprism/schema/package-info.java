/// Names and types of the columns of a result.
@NullMarked
package io.dataprism.schema;

import org.jspecify.annotations.NullMarked;
