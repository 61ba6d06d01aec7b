/// How the status and the health of an engine are found out.
@NullMarked
package io.dataprism.internal.status;

import org.jspecify.annotations.NullMarked;
