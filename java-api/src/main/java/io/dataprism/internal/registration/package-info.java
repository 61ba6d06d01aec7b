/// How tables outside of the database reach native code.
@NullMarked
package io.dataprism.internal.registration;

import org.jspecify.annotations.NullMarked;
