/// The memory outside of the Java heap: one budget for the process, who uses how much of it, and being told when it
/// gets short.
@NullMarked
package io.dataprism.memory;

import org.jspecify.annotations.NullMarked;
