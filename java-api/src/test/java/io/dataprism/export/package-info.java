/// Tests of results that leave the engine.
@NullMarked
package io.dataprism.export;

import org.jspecify.annotations.NullMarked;
