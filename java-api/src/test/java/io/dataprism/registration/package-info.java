/// Tests of tables outside of the database, against the real engine. Not null-marked: a test that meets a null where it
/// expects none fails, which is its purpose.
@NullUnmarked
package io.dataprism.registration;

import org.jspecify.annotations.NullUnmarked;
