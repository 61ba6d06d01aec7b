/// Tests with arrow-java as a client. Not null-marked: a test that meets a null where it expects none fails, which is
/// its purpose.
@NullUnmarked
package io.dataprism.arrow;

import org.jspecify.annotations.NullUnmarked;
