/// Tests of tables and texts for people. Not null-marked: a test that meets a null where it expects none fails, which
/// is its purpose.
@NullUnmarked
package io.dataprism.job;

import org.jspecify.annotations.NullUnmarked;
