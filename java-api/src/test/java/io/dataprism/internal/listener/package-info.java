/// Tests of how listeners are called. Not null-marked: a test that meets a null where it expects none fails, which is
/// its purpose.
@NullUnmarked
package io.dataprism.internal.listener;

import org.jspecify.annotations.NullUnmarked;
