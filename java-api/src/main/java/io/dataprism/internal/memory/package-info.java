/// What chooses the memory budget's limit, and who watches it.
@NullMarked
package io.dataprism.internal.memory;

import org.jspecify.annotations.NullMarked;
