/// Tests of how jobs are run. Not null-marked: a test that meets a null where it expects none fails, which is its
/// purpose.
@NullUnmarked
package io.dataprism.internal.job;

import org.jspecify.annotations.NullUnmarked;
