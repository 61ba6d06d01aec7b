/// Tests of rows as records. Not null-marked: a test that meets a null where it expects none fails, which is its
/// purpose.
@NullUnmarked
package io.dataprism.internal.record;

import org.jspecify.annotations.NullUnmarked;
