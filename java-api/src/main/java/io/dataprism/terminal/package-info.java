/// What programs for the terminal show to people.
@NullMarked
package io.dataprism.terminal;

import org.jspecify.annotations.NullMarked;
