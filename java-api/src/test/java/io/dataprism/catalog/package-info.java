/// Tests of the catalog. Not null-marked: a test that meets a null where it expects none fails, which is its purpose.
@NullUnmarked
package io.dataprism.catalog;

import org.jspecify.annotations.NullUnmarked;
