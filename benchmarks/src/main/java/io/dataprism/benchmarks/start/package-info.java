/// Programs that print the first result of a query and end: the time that a process takes for it is measured from
/// outside.
@NullMarked
package io.dataprism.benchmarks.start;

import org.jspecify.annotations.NullMarked;
