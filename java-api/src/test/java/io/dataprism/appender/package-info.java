/// Tests of adding rows, against the real engine. Not null-marked: a test that meets a null where it expects none
/// fails, which is its purpose.
@NullUnmarked
package io.dataprism.appender;

import org.jspecify.annotations.NullUnmarked;
