/// Tests of schemas. Not null-marked: a test that meets a null where it expects none fails, which is its purpose.
@NullUnmarked
package io.dataprism.schema;

import org.jspecify.annotations.NullUnmarked;
