/// Results as vectors of arrow-java, and its vectors as tables: [io.dataprism.arrow.ArrowJava].
@NullMarked
package io.dataprism.arrow;

import org.jspecify.annotations.NullMarked;
