/// Tests of metrics and of Flight Recorder. Not null-marked: a test that meets a null where it expects none fails,
/// which is its purpose.
@NullUnmarked
package io.dataprism.metrics;

import org.jspecify.annotations.NullUnmarked;
