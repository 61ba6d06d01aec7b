/// The comparison of this library with its peers: every side in a process of its own, one run of each after the other.
@NullMarked
package io.dataprism.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
