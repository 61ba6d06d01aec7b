/// Data in the program's memory, read by SQL.
@NullMarked
package io.dataprism.benchmarks.register;

import org.jspecify.annotations.NullMarked;
