/// Decides which results may be kept and for how long, and keeps them.
@NullMarked
package io.dataprism.internal.cache;

import org.jspecify.annotations.NullMarked;
