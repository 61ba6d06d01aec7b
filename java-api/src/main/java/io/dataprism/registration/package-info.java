/// Tables outside of the database, which SQL reads by name and in place.
///
/// [Table] describes rows in memory, in a file or on their way; [io.dataprism.Engine#register] makes them readable, and
/// gives the [Registration], which ends that when it is closed.
@NullMarked
package io.dataprism.registration;

import org.jspecify.annotations.NullMarked;
