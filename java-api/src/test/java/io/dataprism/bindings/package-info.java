/// Tests of columns over Arrow arrays that DuckDB does not make. Not null-marked: a test that meets a null where it
/// expects none fails, which is its purpose.
@NullUnmarked
package io.dataprism.bindings;

import org.jspecify.annotations.NullUnmarked;
