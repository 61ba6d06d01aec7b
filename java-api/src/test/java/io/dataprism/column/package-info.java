/// Tests of the columns against DuckDB's own text. Not null-marked: a test that meets a null where it expects none
/// fails, which is its purpose.
@NullUnmarked
package io.dataprism.column;

import org.jspecify.annotations.NullUnmarked;
