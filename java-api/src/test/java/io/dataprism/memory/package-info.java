/// Tests of the memory budget. Not null-marked: a test that meets a null where it expects none fails, which is its
/// purpose.
@NullUnmarked
package io.dataprism.memory;

import org.jspecify.annotations.NullUnmarked;
