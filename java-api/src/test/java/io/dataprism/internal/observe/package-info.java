/// Tests of what is told of an engine. Not null-marked: a test that meets a null where it expects none fails, which is
/// its purpose.
@NullUnmarked
package io.dataprism.internal.observe;

import org.jspecify.annotations.NullUnmarked;
