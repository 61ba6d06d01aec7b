/// Tests of the meters. Not null-marked: a test that meets a null where it expects none fails, which is its purpose.
@NullUnmarked
package io.dataprism.micrometer;

import org.jspecify.annotations.NullUnmarked;
