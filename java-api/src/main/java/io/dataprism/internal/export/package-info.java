/// How results are exported.
@NullMarked
package io.dataprism.internal.export;

import org.jspecify.annotations.NullMarked;
