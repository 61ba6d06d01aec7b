/// Tests of the way between types and Arrow schemas. Not null-marked: a test that meets a null where it expects none
/// fails, which is its purpose.
@NullUnmarked
package io.dataprism.internal.arrow;

import org.jspecify.annotations.NullUnmarked;
