/// Tests of events. Not null-marked: a test that meets a null where it expects none fails, which is its purpose.
@NullUnmarked
package io.dataprism.event;

import org.jspecify.annotations.NullUnmarked;
