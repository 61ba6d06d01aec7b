/// Columns: typed views of Arrow memory, read in place.
///
/// Every column of a [io.dataprism.RecordBatch] is a view of the batch's native memory. It is valid until the batch is
/// closed, for the thread that pulled the batch: afterwards every access throws [IllegalStateException], and on another
/// thread [WrongThreadException]. What a column hands out as a Java object or array is a copy and lives on; what it
/// hands out as a [java.lang.foreign.MemorySegment] is a read-only view with the lifetime of the batch.
///
/// Rows are counted from zero; a row outside the column gives an [IndexOutOfBoundsException].
///
/// # NULL
///
/// - [Column#isNull] tells whether a row is NULL, and [Column#nullCount()] how many are.
/// - A getter that returns an object returns null for a NULL row.
/// - A getter that returns a primitive does not look: for a NULL row it returns whatever the memory holds there, as
///   Arrow does, so ask [Column#isNull] first. That keeps loops over columns without NULL free of checks. It is always
///   safe: the value is unspecified, the memory is the column's own.
///
/// # Speed
///
/// Fetch a column once a batch, keep it in a local variable of its own type, and let the row run in a counted loop; the
/// checks of range, thread and lifetime are then made once for the loop instead of once for each row:
///
/// ```java
/// Float64Column delay = batch.float64("delay");
/// for (long row = 0; row < delay.rowCount(); row++) {
///   if (!delay.isNull(row)) total += delay.get(row);
/// }
/// ```
@NullMarked
package io.dataprism.column;

import org.jspecify.annotations.NullMarked;
