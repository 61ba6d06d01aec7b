/// The exceptions of the library: one sealed hierarchy under [io.dataprism.error.DataPrismException].
@NullMarked
package io.dataprism.error;

import org.jspecify.annotations.NullMarked;
