/// Tables outside of the database, which SQL reads by name and in place.
///
/// [Table] describes rows in memory, in a file, on their way or to be written; [io.dataprism.Engine#register] makes
/// them readable, and gives the [Registration], which ends that when it is closed. A
/// [io.dataprism.function.TableFunction] gives such a table for its arguments.
@NullMarked
package io.dataprism.registration;

import org.jspecify.annotations.NullMarked;
