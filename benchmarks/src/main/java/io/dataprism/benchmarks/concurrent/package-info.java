/// Many callers at once.
@NullMarked
package io.dataprism.benchmarks.concurrent;

import org.jspecify.annotations.NullMarked;
