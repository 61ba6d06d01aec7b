/// Results that are kept, so that a query which is asked again is not run again.
@NullMarked
package io.dataprism.cache;

import org.jspecify.annotations.NullMarked;
