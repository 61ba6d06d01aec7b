/// Finding things by name, and saying which name was probably meant.
@NullMarked
package io.dataprism.internal.name;

import org.jspecify.annotations.NullMarked;
