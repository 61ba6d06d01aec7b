/// The native engine behind an engine: when it is opened, and what has become of it.
@NullMarked
package io.dataprism.internal.engine;

import org.jspecify.annotations.NullMarked;
