/// Tests of functions written in Java. Not null-marked: a test that meets a null where it expects none fails, which is
/// its purpose.
@NullUnmarked
package io.dataprism.function;

import org.jspecify.annotations.NullUnmarked;
