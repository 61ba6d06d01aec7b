/// Rows as Java records.
@NullMarked
package io.dataprism.internal.record;

import org.jspecify.annotations.NullMarked;
