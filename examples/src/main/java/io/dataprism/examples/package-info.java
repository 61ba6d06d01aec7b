/// Small programs, one for each way to use the library. Run them from the folder of the repository.
@NullMarked
package io.dataprism.examples;

import org.jspecify.annotations.NullMarked;
