/// Tests of tables outside of the database, against the real engine.
@NullMarked
package io.dataprism.registration;

import org.jspecify.annotations.NullMarked;
