/// How the API stands on the bindings: errors become exceptions, and handles that nobody closed are reported.
@NullMarked
package io.dataprism.internal.handle;

import org.jspecify.annotations.NullMarked;
