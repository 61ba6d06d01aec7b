/// What an engine is in and whether it works, for operators and probes.
@NullMarked
package io.dataprism.status;

import org.jspecify.annotations.NullMarked;
